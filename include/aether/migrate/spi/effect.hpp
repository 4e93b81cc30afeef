// SPDX-License-Identifier: MIT
// What a driver can tell of a statement that no transaction guards: before it runs, and after it was cut off.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aether::migrate::spi {

/// One statement, cut into its tokens: words, quoted names with their quotes, strings with theirs, numbers,
/// and punctuation of one character each. Comments are left out. Valid during the call only.
struct StatementView {
    std::string_view text;  ///< Without the closing semicolon.
    std::span<const std::string_view> tokens;
};

/// What a driver notes of a statement before it runs outside of a transaction.
struct Intent {
    /// Whatever find_effect() needs later, in another session, when the file may be edited already: names as
    /// the catalogue has them, and what was there before. Kept in the journal; holds no secret and at most
    /// 64 KiB. Empty: the driver can't tell this statement's effect.
    std::string note;
    /// Others queue behind its wait for a lock (an ACCESS EXCLUSIVE one, say). False for statements that wait
    /// without being in anybody's way, as CREATE INDEX CONCURRENTLY: they may wait as long as they need.
    bool queues_others = true;
};

/// How a statement ended whose effect is in question.
enum class Ending {
    completed,  ///< The server said that it succeeded: the effect is `present` unless it can be seen that it
                ///< is not (IF NOT EXISTS passes over an invalid index).
    refused,    ///< The server answered with an error.
    lost        ///< The session or this process ended before an answer.
};

/// What is there of a statement's effect.
enum class Effect {
    absent,   ///< Nothing, or nothing that matters: it may run (again).
    present,  ///< All of it.
    partial,  ///< Remains, which `Finding::repair` removes or completes.
    running,  ///< A session is still at it.
    unknown   ///< Only a person can know.
};

/// What a driver found in the catalogue.
struct Finding {
    Effect effect = Effect::unknown;
    std::string facts;  ///< What was seen, for a person: "index app.i exists and is invalid".
    /// What a person must look at when the effect is unknown; a query where there is one.
    std::string look_at;
    /// For `partial`: statements to be run one by one outside of a transaction.
    std::vector<std::string> repair;
    Effect after_repair = Effect::absent;  ///< For `partial`: absent or present.
};

}  // namespace aether::migrate::spi

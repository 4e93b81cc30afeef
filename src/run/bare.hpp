// SPDX-License-Identifier: MIT
// Runs a statement that no transaction guards, so that it is known what became of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "progress.hpp"

namespace aether::migrate::run {

/// A part of a file that is sent by itself. Everything outlives the call.
struct BareText {
    const Piece& piece;
    sql::Statement statement;
    std::string_view words;     ///< What is sent.
    std::string done_checksum;  ///< Of the file's statements up to and with this one.
    std::size_t statements = 1;
};

/// Journals the intent, runs the statement, looks whether its effect is there, and journals that it is done.
/// Returns why it failed, its remains being removed then; nothing when it is done. When nothing of the file
/// is applied after a failure, the version row is back at what it was. Throws Error: connection_failed (the
/// next run finds out), cancelled, and migration_failed when only a person can know what is applied.
std::optional<SendFailure> run_bare(const StepContext& context, const CheckedStep& step, Record& record,
                                    Progress& progress, const BareText& text);

}  // namespace aether::migrate::run

// SPDX-License-Identifier: MIT
// The server's own limits for this session: whose they are, and the statements that set ours.
#include "limits.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

namespace aether::migrate::mysql {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Of lock_wait_timeout: MariaDB's and MySQL's default; and of innodb_lock_wait_timeout.
constexpr seconds kMariadbMetadata{86'400};
constexpr seconds kMysqlMetadata{31'536'000};
constexpr seconds kRows{50};
constexpr seconds kIdle{60};

constexpr const char* kRead = R"sql(
SHOW SESSION VARIABLES
WHERE variable_name IN ('lock_wait_timeout', 'innodb_lock_wait_timeout', 'idle_transaction_timeout')
)sql";

seconds whole_seconds(milliseconds value) {
    return std::max(std::chrono::ceil<seconds>(value), seconds{1});
}

spi::BoundStatement set_both(seconds metadata, seconds rows) {
    return {fmt::format("SET SESSION lock_wait_timeout = {}, SESSION innodb_lock_wait_timeout = {}",
                        metadata.count(), rows.count()),
            {}};
}

}  // namespace

void SessionLimits::learn(Session& session, const spi::Wait& wait) {
    const std::vector<spi::Rows> answers = session.ask(kRead, "read the session's limits", wait);
    for (const std::vector<spi::Value>& row : answers.at(0).rows) {
        const std::string name = row.at(0).value_or("");
        const seconds value{std::strtoll(row.at(1).value_or("0").c_str(), nullptr, 10)};
        if (name == "lock_wait_timeout") {
            metadata_ = value;
        } else if (name == "innodb_lock_wait_timeout") {
            rows_ = value;
        } else {
            idle_ = value;
        }
    }
    theirs_ = (metadata_ != kMariadbMetadata && metadata_ != kMysqlMetadata) || rows_ != kRows;
    known_ = true;
}

void SessionLimits::prepare(Session& session, const spi::Limits& limits, const spi::Wait& wait) {
    if (!known_)
        learn(session, wait);
    explicit_lock_ = limits.table_lock_timeout.has_value();
    std::string changes;
    if (theirs_ && !explicit_lock_ && asked_) {
        changes = set_both(metadata_, rows_).sql;
        asked_.reset();
    }
    if (idle_) {
        seconds wanted = *idle_;
        if (limits.idle_timeout) {
            wanted = limits.idle_timeout->count() == 0 ? seconds{0} : whole_seconds(*limits.idle_timeout);
        } else if (idle_->count() == 0) {
            wanted = kIdle;
        }
        if (wanted != set_idle_.value_or(*idle_)) {
            changes.append(changes.empty() ? "" : ";\n")
                .append(fmt::format("SET SESSION idle_transaction_timeout = {}", wanted.count()));
            set_idle_ = wanted;
        }
    }
    if (!changes.empty())
        session.ask(changes, "set the session's limits", wait);
}

std::vector<spi::BoundStatement> SessionLimits::limit_locks(std::optional<milliseconds> lock) {
    if (!known_ || (theirs_ && !explicit_lock_))
        return {};
    if (!lock) {
        asked_.reset();
        return {set_both(std::max(metadata_, kMariadbMetadata), std::max(rows_, seconds(kMariadbMetadata)))};
    }
    asked_ = whole_seconds(*lock);
    const seconds limit = whole_seconds(*lock);
    return {set_both(limit, limit)};
}

}  // namespace aether::migrate::mysql

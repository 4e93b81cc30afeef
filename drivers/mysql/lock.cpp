// SPDX-License-Identifier: MIT
// The migration lock: the user lock that golang-migrate takes, by its name.
#include "lock.hpp"

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/lock_id.hpp>

namespace aether::migrate::mysql {

namespace {

constexpr std::chrono::seconds kUnlockLimit{10};

// A session that this user may not look into has no row there.
constexpr const char* kHolder = R"sql(
SELECT l.id, p.user, p.host, left(p.info, 200), p.time, p.command
FROM (SELECT is_used_lock({}) AS id) l
LEFT JOIN information_schema.processlist p ON p.id = l.id
WHERE l.id IS NOT NULL
)sql";

const std::string& text_of(const spi::Value& value) {
    static const std::string kNothing;
    return value ? *value : kNothing;
}

std::string in_quotes(const std::string& name) {
    return fmt::format("'{}'", name);
}

}  // namespace

// golang-migrate hashes the database of the URL, also where the version table is in another one.
std::string MigrationLock::name_of(const spi::TableNames& tables) const {
    return std::to_string(spi::lock_id({}, fmt::format("{}:{}", parameters_.database, tables.version)));
}

bool MigrationLock::try_take(const spi::TableNames& tables, const spi::Wait& wait) {
    if (!parameters_.takes_lock)
        return true;
    const std::string name = name_of(tables);
    const std::vector<spi::Rows> answers =
        session_.ask(fmt::format("SELECT get_lock({}, 0)", in_quotes(name)), "try lock", wait);
    if (text_of(answers.at(0).rows.at(0).at(0)) != "1")
        return false;
    held_ = name;
    return true;
}

std::optional<spi::BoundStatement> MigrationLock::check() const {
    if (!held_)
        return std::nullopt;
    return spi::BoundStatement{
        fmt::format("SELECT 1 FROM DUAL WHERE is_used_lock({}) = connection_id()", in_quotes(*held_)), {}};
}

void MigrationLock::give_back() noexcept {
    const spi::Wait wait{{}, std::chrono::steady_clock::now() + kUnlockLimit};
    try {
        if (session_.in_transaction())
            session_.ask("ROLLBACK", "ROLLBACK", wait);
        // It counts how often it was taken: a file may have taken it too.
        if (held_) {
            session_.ask(fmt::format("DO release_lock({0}), release_lock({0})", in_quotes(*held_)), "unlock",
                         wait);
        }
    } catch (...) {  // a lost session has lost its locks
    }
    held_.reset();
}

std::optional<spi::LockHolder> MigrationLock::holder(const spi::TableNames& tables, const spi::Wait& wait) {
    const std::vector<spi::Rows> answers =
        session_.ask(fmt::format(kHolder, in_quotes(name_of(tables))), "ask who holds the lock", wait);
    if (answers.at(0).rows.empty())
        return std::nullopt;
    const std::vector<spi::Value>& row = answers.at(0).rows.front();
    spi::LockHolder found;
    found.pid = std::strtoll(text_of(row.at(0)).c_str(), nullptr, 10);
    found.user = text_of(row.at(1));
    found.client = text_of(row.at(2));
    found.query = text_of(row.at(3));
    if (!text_of(row.at(4)).empty())
        found.age = fmt::format("{}s", text_of(row.at(4)));
    if (found.query.empty() && text_of(row.at(5)) == "Sleep")
        found.query = "idle between two statements";
    return found;
}

}  // namespace aether::migrate::mysql

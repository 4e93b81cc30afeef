// SPDX-License-Identifier: MIT
// Checks of identifiers: the dialect's quotes, its limit for names, and names of our own tables.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

// Beyond this no schema has a name, and a claim means "without a limit".
constexpr std::size_t kNoLimit = 1000;

std::vector<std::string> hostile_names(const Session& session) {
    const std::string quote(session.dialect().identifier_quote);
    std::vector<std::string> names{"two words",   " leading blank",
                                   "select",      "quote" + quote + "inside",
                                   quote + quote, "a" + quote + "; DROP TABLE kit_rows; --",
                                   "it's",        "semi;colon",
                                   "dot.ted",     "back\\slash",
                                   "per%cent_",   "-- comment",
                                   "$1 ? :x",     "1digit"};
    if (session.look.facts.unicode) {
        names.insert(names.end(), {"größe", "テーブル"});
    }
    // A quote that another database would use.
    for (const char* other : {"a\"b", "a`b", "a]b"}) {
        names.emplace_back(other);
    }
    return names;
}

// Makes a table of this name, uses it and looks for it in the list of drop().
void use_table(const Session& session, const std::string& name) {
    const std::string table = session.quoted(name);
    session.run(fmt::format("CREATE TABLE {} (id bigint NOT NULL PRIMARY KEY)", table));
    session.query(fmt::format("INSERT INTO {} (id) VALUES (7)", table));
    require_same(session.ask(fmt::format("SELECT id FROM {}", table)), "7", "the row of the table");
}

void of_hostile_tables_are_quoted(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    const std::vector<std::string> names = hostile_names(session);
    for (const std::string& name : names) {
        use_table(session, name);
    }
    const std::vector<std::string> removes =
        session.connection->plan_drop(session.tables, patience()).removes;
    require(removes.size() > names.size(), fmt::format("plan_drop() lists {} of {} tables with hostile names",
                                                       removes.size(), names.size() + 1));
    session.drop();
    require(session.connection->plan_drop(session.tables, patience()).removes.empty(),
            "drop() leaves tables with hostile names");
}

void are_as_long_as_claimed(Trial& trial) {
    const Session session = trial.open();
    const std::size_t limit = std::min(session.dialect().max_identifier_bytes, kNoLimit);
    const std::string same(limit - 1, 'n');
    for (const char last : {'a', 'b'}) {
        const std::string table = session.quoted(same + last);
        session.run(fmt::format("CREATE TABLE {} (id bigint NOT NULL PRIMARY KEY)", table));
        session.query(fmt::format("INSERT INTO {} (id) VALUES (1)", table));
        require_same(session.count(fmt::format("SELECT count(*) FROM {}", table)), 1,
                     fmt::format("rows of a table whose name has {} bytes", limit));
    }
    session.drop();
    if (session.dialect().max_identifier_bytes >= kNoLimit)
        return;
    // One byte more must be refused or cut, or the limit is larger than what is claimed.
    const std::string too_long = same + "aa";
    const auto failed = [&](const std::string& name) {
        return session.connection
            ->execute(fmt::format("CREATE TABLE {} (id bigint NOT NULL PRIMARY KEY)", session.quoted(name)),
                      patience())
            .failure.has_value();
    };
    require(failed(too_long) || failed(same + "ab"),
            fmt::format("names of {} bytes are kept whole, though max_identifier_bytes is {}", limit + 1,
                        session.dialect().max_identifier_bytes));
}

// Runs the engine with its table under this name, and looks for it.
void use_version_table(const Trial& trial, const std::string& name) {
    const std::string url = trial.url_with("x-migrations-table", name);
    {
        Migrator migrator = trial.migrator_at(url, Trial::three_files());
        migrator.up(2);
    }
    const Session session = trial.open_url(url);
    require(session.look.version_table, fmt::format("look() does not find the version table \"{}\"", name));
    require_version(session, 2, false);
    if (session.tables.history) {
        require(session.look.history_table && session.look.history_rows,
                fmt::format("look() does not find the history of \"{}\"", name));
        require_same(std::to_string(session.look.history_version), "2", "the history's version");
    }
    Migrator migrator = trial.migrator_at(url, Trial::three_files());
    require(migrator.version().version == Version{2}, "the engine does not read its version back");
    migrator.drop();
    require(!session.look_again().version_table, fmt::format("drop() leaves the version table \"{}\"", name));
}

void of_the_version_table_are_quoted(Trial& trial) {
    for (const std::string& name : hostile_names(trial.open())) {
        use_version_table(trial, name);
    }
}

void of_the_version_table_keep_their_case(Trial& trial) {
    use_version_table(trial, "Schema_Migrations_ABC");
}

void of_the_version_table_may_be_longest(Trial& trial) {
    const std::size_t limit = std::min(trial.open().dialect().max_identifier_bytes, kNoLimit);
    use_version_table(trial, std::string(limit, 'v'));
    use_version_table(trial, std::string(std::min<std::size_t>(limit, 63), 'w'));
}

constexpr std::array kChecks{
    Check{"name_of_hostile_tables_is_quoted", of_hostile_tables_are_quoted},
    Check{"name_is_as_long_as_claimed", are_as_long_as_claimed},
    Check{"name_of_the_version_table_is_quoted", of_the_version_table_are_quoted},
    Check{"name_of_the_version_table_keeps_its_case", of_the_version_table_keep_their_case},
    Check{"name_of_the_version_table_may_be_longest", of_the_version_table_may_be_longest},
};

}  // namespace

std::span<const Check> name_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance

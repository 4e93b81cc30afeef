// SPDX-License-Identifier: MIT
// Removes everything of the current database, and says beforehand what that is.
#include "drop.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>

#include "bind.hpp"
#include "errors.hpp"
#include "quote.hpp"

namespace aether::migrate::mysql {

namespace {

// Events first, for they may make tables; what a view or a routine uses may be gone before it is.
constexpr std::string_view kObjects = R"sql(
SELECT * FROM (
    SELECT 1 AS place, 'EVENT' AS kind, event_schema AS owner, event_name AS name
    FROM information_schema.events WHERE event_schema = database()
    UNION ALL
    SELECT 2, 'VIEW', table_schema, table_name
    FROM information_schema.tables WHERE table_schema = database() AND table_type = 'VIEW'
    UNION ALL
    SELECT 3, routine_type, routine_schema, routine_name
    FROM information_schema.routines WHERE routine_schema = database()
    UNION ALL
    SELECT 4, IF(table_type = 'SEQUENCE', 'SEQUENCE', 'TABLE'), table_schema, table_name
    FROM information_schema.tables
    WHERE table_schema = database() AND table_type NOT IN ('VIEW', 'SYSTEM VIEW', 'TEMPORARY')
    UNION ALL
    SELECT 4, 'TABLE', table_schema, table_name
    FROM information_schema.tables
    WHERE table_schema = ? AND table_schema <> database() AND table_name IN (?, ?, ?)
) o
ORDER BY place, kind, name
)sql";

constexpr std::string_view kForeignKeys = R"sql(
SELECT DISTINCT constraint_schema, table_name, constraint_name
FROM information_schema.referential_constraints
WHERE unique_constraint_schema = database() AND constraint_schema <> database()
)sql";

/// One object, as the catalogue has it.
struct Object {
    std::string kind;  ///< The word of its DROP statement.
    std::string schema;
    std::string name;

    std::string label() const { return fmt::format("{} {}.{}", spi::lower_case(kind), schema, name); }
    std::string statement() const { return fmt::format("DROP {} IF EXISTS {}", kind, quote(schema, name)); }
};

void refuse_own_database(const spi::Value& database) {
    for (const std::string_view system : {"mysql", "information_schema", "performance_schema", "sys"}) {
        if (database.value_or("") != system)
            continue;
        ErrorDetails details;
        details.code = ErrorCode::unsupported;
        details.message =
            fmt::format("drop is refused: the current database is {}, which belongs to the server", system);
        details.state = "nothing was dropped";
        details.next = "name the database to be emptied in the database URL";
        throw Error(std::move(details));
    }
}

bool is_ours(const Object& object, const spi::TableNames& tables, const std::string& database) {
    if (object.kind != "TABLE" || object.schema != tables.schema.value_or(database))
        return false;
    return object.name == tables.version || object.name == tables.history || object.name == tables.journal;
}

std::vector<Object> list_objects(Session& session, const spi::TableNames& tables, const spi::Wait& wait) {
    const std::vector<spi::Rows> answers = session.ask(
        fmt::format(
            "SELECT database();\n{}",
            bind({std::string(kObjects), {tables.schema, tables.version, tables.history, tables.journal}})),
        "list the objects of the database", wait);
    const spi::Value database = answers.at(0).rows.at(0).at(0);
    refuse_own_database(database);
    std::vector<Object> objects;
    // Come last: as long as the version table is there a drop that stopped midway can be told.
    std::vector<Object> ours;
    for (const std::vector<spi::Value>& row : answers.at(1).rows) {
        Object object{row.at(1).value_or(""), row.at(2).value_or(""), row.at(3).value_or("")};
        const bool own = is_ours(object, tables, database.value_or(""));
        (own ? ours : objects).push_back(std::move(object));
    }
    objects.insert(objects.end(), ours.begin(), ours.end());
    return objects;
}

[[noreturn]] void fail_midway(const ServerError& error, const std::vector<Object>& objects,
                              std::size_t done) {
    ErrorDetails details = bookkeeping_error(error, objects[done].statement()).details();
    details.state =
        done == 0
            ? std::string("nothing was dropped")
            : fmt::format("{} of {} objects were dropped, which can't be undone; from {} on all are left",
                          done, objects.size(), objects[done].label());
    details.next = "see to that, and \"migrate drop\" again";
    throw Error(std::move(details));
}

/// Lets tables go that others point at, and puts the session's setting back.
class NoForeignKeyChecks {
public:
    NoForeignKeyChecks(Session& session, const spi::Wait& wait) : session_(session), wait_(wait) {
        const std::vector<spi::Rows> answers =
            session_.ask("SELECT @@session.foreign_key_checks;\nSET SESSION foreign_key_checks = 0",
                         "SET foreign_key_checks", wait_);
        before_ = answers.at(0).rows.at(0).at(0).value_or("1") == "0" ? "0" : "1";
    }
    ~NoForeignKeyChecks() {
        try {
            session_.ask(fmt::format("SET SESSION foreign_key_checks = {}", before_),
                         "SET foreign_key_checks", {});
        } catch (...) {  // a lost session has no settings
        }
    }
    NoForeignKeyChecks(const NoForeignKeyChecks&) = delete;
    NoForeignKeyChecks& operator=(const NoForeignKeyChecks&) = delete;

private:
    Session& session_;
    const spi::Wait& wait_;
    std::string_view before_;
};

}  // namespace

spi::DropPlan make_drop_plan(Session& session, const spi::TableNames& tables, const spi::Wait& wait) {
    spi::DropPlan plan;
    for (const Object& object : list_objects(session, tables, wait))
        plan.removes.push_back(object.label());
    const std::vector<spi::Rows> keys =
        session.ask(kForeignKeys, "list the foreign keys of other databases", wait);
    for (const std::vector<spi::Value>& row : keys.at(0).rows) {
        plan.keeps.push_back(fmt::format("foreign key {} of table {}.{}, which will point at nothing",
                                         row.at(2).value_or(""), row.at(0).value_or(""),
                                         row.at(1).value_or("")));
    }
    if (plan.removes.size() > 1)
        plan.keeps.emplace_back("whatever is left when it is stopped midway: this server can't undo a DROP");
    return plan;
}

void run_drop(Session& session, const spi::TableNames& tables,
              const std::optional<spi::BoundStatement>& lock_check, const spi::Wait& wait) {
    const std::vector<Object> objects = list_objects(session, tables, wait);
    if (lock_check && session.ask(bind(*lock_check), "look at the lock", wait).at(0).rows.size() != 1)
        throw Error(ErrorCode::bookkeeping_failed,
                    "this session lost the migration lock: nothing was dropped");
    const NoForeignKeyChecks guard(session, wait);
    for (std::size_t index = 0; index < objects.size(); ++index) {
        const std::optional<ServerError> error =
            session.run(objects[index].statement(), Session::RowsAre::dropped, wait, [](spi::Rows&&) {});
        if (error)
            fail_midway(*error, objects, index);
    }
}

}  // namespace aether::migrate::mysql

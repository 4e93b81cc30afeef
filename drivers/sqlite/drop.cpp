// SPDX-License-Identifier: MIT
// Removes all tables and views of the database, in one transaction, and says beforehand which.
#include "drop.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "quote.hpp"
#include "read_transaction.hpp"

namespace aether::migrate::sqlite {

namespace {

// Shadow tables go with the virtual table that they belong to.
constexpr std::string_view kList = R"sql(
SELECT type, name
FROM pragma_table_list
WHERE schema = 'main'
  AND type IN ('view', 'virtual', 'table')
  AND (name NOT LIKE 'sqlite\_%' ESCAPE '\' OR name LIKE 'sqlite\_stat%' ESCAPE '\')
ORDER BY type DESC, name)sql";

struct Object {
    std::string type;
    std::string name;
};

std::vector<Object> list_objects(Session& session, const spi::Wait& wait) {
    std::vector<Object> objects;
    for (const auto& row : session.run({std::string(kList), {}}, wait).rows) {
        objects.push_back({row[0].value_or(""), row[1].value_or("")});
    }
    return objects;
}

// Sets the enforcement of foreign keys, which no transaction can, and puts it back.
class ForeignKeysOff {
public:
    ForeignKeysOff(Session& session, const spi::Wait& wait) : session_(session) {
        const spi::Rows rows = session.run({"PRAGMA foreign_keys", {}}, wait);
        on_ = !rows.rows.empty() && rows.rows.front().front() == "1";
        session.run({"PRAGMA foreign_keys = OFF", {}}, wait);
    }
    ForeignKeysOff(const ForeignKeysOff&) = delete;
    ForeignKeysOff& operator=(const ForeignKeysOff&) = delete;
    ~ForeignKeysOff() {
        try {
            if (session_.in_transaction())
                session_.run({"ROLLBACK", {}}, {});
            if (on_)
                session_.run({"PRAGMA foreign_keys = ON", {}}, {});
        } catch (...) {
            // A destructor must not throw; the setting ends with the connection.
        }
    }

private:
    Session& session_;
    bool on_ = false;
};

Error nothing_dropped(const Error& error, std::size_t objects) {
    ErrorDetails details = error.details();
    details.state = fmt::format("nothing was dropped: {} objects were to go, in one transaction", objects);
    return Error(std::move(details));
}

void drop_objects(Session& session, const MigrationLock& lock, const spi::Wait& wait) {
    session.run({"BEGIN IMMEDIATE", {}}, wait);
    const std::vector<Object> objects = list_objects(session, wait);
    try {
        for (const Object& object : objects) {
            const std::string_view kind = object.type == "view" ? "VIEW" : "TABLE";
            session.run({fmt::format("DROP {} main.{}", kind, quote(object.name)), {}}, wait);
        }
        if (!lock.is_held())
            throw Error(ErrorCode::bookkeeping_failed, "this session lost the migration lock");
        session.run({"COMMIT", {}}, wait);
    } catch (const Error& error) {
        throw nothing_dropped(error, objects.size());
    }
}

}  // namespace

spi::DropPlan make_drop_plan(Session& session, const spi::Wait& wait) {
    spi::DropPlan plan;
    if (!session.is_there())
        return plan;
    const ReadTransaction transaction(session, wait);
    for (const Object& object : list_objects(session, wait)) {
        plan.removes.push_back(
            fmt::format("{} {}", object.type == "virtual" ? "virtual table" : object.type, object.name));
    }
    return plan;
}

void run_drop(Session& session, const MigrationLock& lock, const spi::Wait& wait) {
    {
        const ForeignKeysOff off(session, wait);
        drop_objects(session, lock, wait);
    }
    try {
        session.run({"VACUUM", {}}, wait);
    } catch (const Error&) {
        // Everything is gone already. The copy that VACUUM makes may find no room, or a reader in its way.
    }
}

}  // namespace aether::migrate::sqlite

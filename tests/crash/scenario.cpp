// SPDX-License-Identifier: MIT
// What the fault sweep runs: small folders of migrations, each statement with its mark, and what is done with
// them.
#include "scenario.hpp"

#include <utility>

namespace aether::migrate::crash {

namespace {

std::string marked(const std::string& name) {
    return "EXISTS (SELECT FROM witness.marks WHERE name = '" + name + "')";
}

// A row that shows how often its statement ran: the final comparison sees a second one.
Statement mark(const std::string& name) {
    return {"INSERT INTO witness.marks VALUES ('" + name + "')", marked(name)};
}

Statement unmark(const std::string& name) {
    return {"DELETE FROM witness.marks WHERE name = '" + name + "'", "NOT " + marked(name)};
}

// Whatever its schema: no two relations of a folder have one name.
std::string there(const std::string& relation) {
    const std::string name = relation.substr(relation.rfind('.') + 1);
    return "EXISTS (SELECT FROM pg_class WHERE relname = '" + name + "')";
}

Statement create(const std::string& table) {
    return {"CREATE TABLE " + table + " (id int, a int)", there(table)};
}

Statement drop(const std::string& table) {
    return {"DROP TABLE " + table, "NOT " + there(table)};
}

Statement index(const std::string& name, const std::string& table) {
    return {"CREATE INDEX CONCURRENTLY " + name + " ON " + table + " (a)",
            "EXISTS (SELECT FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname = '" + name +
                "' AND indisvalid)",
            Place::bare};
}

Statement drop_index(const std::string& name) {
    return {"DROP INDEX CONCURRENTLY " + name, "NOT " + there(name), Place::bare};
}

Statement begin() {
    return {"BEGIN"};
}

Statement commit() {
    return {"COMMIT"};
}

Statement vacuum(const std::string& table) {
    return {"VACUUM " + table, "", Place::bare};
}

Target up() {
    return UpTarget{};
}

Target down() {
    return DownTarget{};
}

Target go_to(std::int64_t version) {
    return GotoTarget{Version{version}};
}

Scenario plain(std::string name, Folder folder, std::vector<Operation> before, Operation operation) {
    Scenario scenario;
    scenario.name = std::move(name);
    scenario.folder = std::move(folder);
    scenario.before = std::move(before);
    scenario.operation = std::move(operation);
    return scenario;
}

Scenario interrupted(std::string name, When when, const std::string& script, Operation operation) {
    Folder folder = small_folder();
    folder.pop_back();
    Scenario scenario = plain(std::move(name), std::move(folder), {}, std::move(operation));
    scenario.interruption = Fault{.script = script, .when = when};
    scenario.interrupted = up();
    return scenario;
}

}  // namespace

std::map<std::string, std::string> files_of(const Folder& folder) {
    std::map<std::string, std::string> files;
    for (const Migration& migration : folder) {
        for (const Direction direction : {Direction::up, Direction::down}) {
            std::string text = migration.header;
            for (const Statement& statement : migration.half(direction)) {
                text += statement.sql + ";\n";
            }
            files[std::to_string(migration.version) + "_m." + std::string(name_of(direction)) + ".sql"] =
                text;
        }
    }
    return files;
}

Folder transactional_folder() {
    return {
        {1, {create("t1"), mark("1.1")}, {unmark("1.1"), drop("t1")}},
        {2, {mark("2.1"), create("t2")}, {drop("t2"), unmark("2.1")}},
        {4, {begin(), create("t4"), mark("4.1"), commit()}, {begin(), unmark("4.1"), drop("t4"), commit()}}};
}

Folder segmented_folder() {
    const Statement path{"SET search_path = app, public"};
    return {{1,
             {path, create("s1"), mark("1.1"), index("i1", "s1"), mark("1.2"), vacuum("s1"), begin(),
              create("s1_b"), mark("1.3"), commit()},
             {path, begin(), unmark("1.3"), drop("s1_b"), commit(), unmark("1.2"), drop_index("i1"),
              unmark("1.1"), drop("s1")}},
            {2,
             {create("public.t2"), mark("2.1"), index("i2", "public.t2")},
             {drop_index("public.i2"), unmark("2.1"), drop("public.t2")},
             "-- migrate:no-transaction\n"}};
}

Folder small_folder() {
    return {
        {1, {create("t1"), mark("1.1")}, {unmark("1.1"), drop("t1")}},
        {2, {create("t2"), index("i2", "t2"), mark("2.1")}, {unmark("2.1"), drop_index("i2"), drop("t2")}},
        {3, {create("t3"), mark("3.1")}, {unmark("3.1"), drop("t3")}}};
}

std::vector<Scenario> plain_scenarios() {
    std::vector<Scenario> scenarios{
        plain("up of transactional files", transactional_folder(), {}, up()),
        plain("down of transactional files", transactional_folder(), {up()}, down()),
        plain("up of segmented files", segmented_folder(), {}, up()),
        plain("down of segmented files", segmented_folder(), {up()}, down()),
        plain("goto up", small_folder(), {go_to(1)}, go_to(3)),
        plain("goto down", small_folder(), {up()}, go_to(1)),
    };
    Scenario force = plain("force of a clean version", small_folder(), {go_to(2)}, Force{Version{1}});
    force.promise = Promise::all_or_nothing;
    scenarios.push_back(force);
    Scenario repaired = interrupted("force of a dirty version", When::before,
                                    "INSERT INTO witness.marks VALUES ('2.1'", Force{Version{1}});
    repaired.promise = Promise::all_or_nothing;
    scenarios.push_back(repaired);
    Scenario drop = plain("drop", small_folder(), {up()}, Drop{});
    drop.promise = Promise::all_or_nothing;
    scenarios.push_back(drop);
    return scenarios;
}

std::vector<Scenario> resuming_scenarios(const std::function<void()>& leave_invalid_index) {
    const std::string build = "CREATE INDEX CONCURRENTLY";
    std::vector<Scenario> scenarios{
        interrupted("resume between two segments", When::before, "VALUES ('2.1'", up()),
        interrupted("resume with the index not begun", When::before, build, up()),
        interrupted("resume with the index built", When::after, build, up()),
        interrupted("resume with the index half built", When::before, build, up()),
        plain("resume of a down", small_folder(), {up()}, down()),
    };
    scenarios[3].after_interruption = leave_invalid_index;
    scenarios[4].interruption = Fault{.script = "DROP INDEX CONCURRENTLY", .when = When::after};
    scenarios[4].interrupted = down();
    return scenarios;
}

}  // namespace aether::migrate::crash

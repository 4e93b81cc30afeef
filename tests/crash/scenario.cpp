// SPDX-License-Identifier: MIT
// What the fault sweep runs: small folders of migrations, each statement with its mark, and what is done with
// them.
#include "scenario.hpp"

#include <cstddef>
#include <utility>

namespace aether::migrate::crash {

namespace {

std::string filled_in(std::string text, const std::string& name, const std::string& table) {
    for (const auto& [place, value] : {std::pair{"{name}", name}, std::pair{"{table}", table}}) {
        for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place)) {
            text.replace(at, std::string(place).size(), value);
        }
    }
    return text;
}

// Makes the statements of one database.
class Writer {
public:
    explicit Writer(const Words& words) : words_(words) {}

    // A row that shows how often its statement ran: the final comparison sees a second one.
    Statement mark(const std::string& name) const {
        return {"INSERT INTO " + words_.marks + " VALUES ('" + name + "')", marked(name)};
    }
    Statement unmark(const std::string& name) const {
        return {"DELETE FROM " + words_.marks + " WHERE name = '" + name + "'", negated(marked(name))};
    }

    Statement create(const std::string& table) const {
        return {"CREATE TABLE " + table + " (id int, a int)", there(table), words_.schema_change};
    }
    Statement drop(const std::string& table) const {
        return {"DROP TABLE " + table, negated(there(table)), words_.schema_change};
    }

    Statement build(const std::string& name, const std::string& table) const {
        return {filled_in(words_.build, name, table), filled_in(words_.built, name, table), Place::bare};
    }
    Statement unbuild(const std::string& name, const std::string& table) const {
        return {filled_in(words_.unbuild, name, table), filled_in(words_.unbuilt, last_part(name), table),
                Place::bare};
    }

    Statement housekeeping(const std::string& table) const {
        return {filled_in(words_.housekeeping, "", table), "", Place::bare};
    }
    Statement setting() const { return {words_.setting}; }
    std::string qualified(const std::string& table) const { return words_.prefix + table; }
    bool blocks_hold_schema_changes() const { return words_.schema_change == Place::in_transaction; }

private:
    std::string marked(const std::string& name) const {
        return "EXISTS (SELECT 1 FROM " + words_.marks + " WHERE name = '" + name + "')";
    }

    // Whatever its schema: no two relations of a folder have one name.
    std::string there(const std::string& table) const {
        return filled_in(words_.there, last_part(table), "");
    }

    static std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

    static std::string negated(const std::string& condition) { return "NOT " + condition; }

    const Words& words_;
};

Statement begin() {
    return {"BEGIN"};
}

Statement commit() {
    return {"COMMIT"};
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

Scenario interrupted(std::string name, Folder folder, When when, const std::string& script,
                     Operation operation) {
    folder.pop_back();
    Scenario scenario = plain(std::move(name), std::move(folder), {}, std::move(operation));
    scenario.interruption = Fault{.script = script, .when = when};
    scenario.interrupted = up();
    return scenario;
}

// What a statement begins with, whatever its index and table.
std::string first_words(const std::string& text) {
    return text.substr(0, text.find(" {"));
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

Folder transactional_folder(const Words& words) {
    const Writer w(words);
    Folder folder{{1, {w.create("t1"), w.mark("1.1")}, {w.unmark("1.1"), w.drop("t1")}},
                  {2, {w.mark("2.1"), w.create("t2")}, {w.drop("t2"), w.unmark("2.1")}},
                  {4,
                   {begin(), w.mark("4.1"), w.mark("4.2"), commit()},
                   {begin(), w.unmark("4.1"), w.unmark("4.2"), commit()}}};
    if (w.blocks_hold_schema_changes()) {
        folder.back().up[1] = w.create("t4");
        folder.back().down[2] = w.drop("t4");
        folder.back().down[1] = w.unmark("4.2");
    }
    return folder;
}

Folder segmented_folder(const Words& words) {
    const Writer w(words);
    std::vector<Statement> block{begin(), w.mark("1.4"), w.mark("1.3"), commit()};
    std::vector<Statement> back{begin(), w.unmark("1.3"), w.unmark("1.4"), commit()};
    if (w.blocks_hold_schema_changes()) {
        block[1] = w.create("s1_b");
        back[2] = w.drop("s1_b");
    }
    Migration mixed{1,
                    {w.setting(), w.create("s1"), w.mark("1.1"), w.build("i1", "s1"), w.mark("1.2"),
                     w.housekeeping("s1")},
                    {w.setting()}};
    mixed.up.insert(mixed.up.end(), block.begin(), block.end());
    mixed.down.insert(mixed.down.end(), back.begin(), back.end());
    for (const Statement& statement :
         {w.unmark("1.2"), w.unbuild("i1", "s1"), w.unmark("1.1"), w.drop("s1")}) {
        mixed.down.push_back(statement);
    }
    const std::string table = w.qualified("t2");
    return {mixed,
            {2,
             {w.create(table), w.mark("2.1"), w.build("i2", table)},
             {w.unbuild(w.qualified("i2"), table), w.unmark("2.1"), w.drop(table)},
             "-- migrate:no-transaction\n"}};
}

Folder small_folder(const Words& words) {
    const Writer w(words);
    return {{1, {w.create("t1"), w.mark("1.1")}, {w.unmark("1.1"), w.drop("t1")}},
            {2,
             {w.create("t2"), w.build("i2", "t2"), w.mark("2.1")},
             {w.unmark("2.1"), w.unbuild("i2", "t2"), w.drop("t2")}},
            {3, {w.create("t3"), w.mark("3.1")}, {w.unmark("3.1"), w.drop("t3")}}};
}

std::vector<Scenario> plain_scenarios(const Words& words) {
    const Folder small = small_folder(words);
    std::vector<Scenario> scenarios{
        plain("up of transactional files", transactional_folder(words), {}, up()),
        plain("down of transactional files", transactional_folder(words), {up()}, down()),
        plain("up of segmented files", segmented_folder(words), {}, up()),
        plain("down of segmented files", segmented_folder(words), {up()}, down()),
        plain("goto up", small, {go_to(1)}, go_to(3)),
        plain("goto down", small, {up()}, go_to(1)),
    };
    Scenario force = plain("force of a clean version", small, {go_to(2)}, Force{Version{1}});
    force.promise = Promise::all_or_nothing;
    scenarios.push_back(force);
    Scenario repaired = interrupted("force of a dirty version", small, When::before,
                                    "INSERT INTO " + words.marks + " VALUES ('2.1'", Force{Version{1}});
    repaired.promise = Promise::all_or_nothing;
    scenarios.push_back(repaired);
    Scenario drop = plain("drop", small, {up()}, Drop{});
    drop.promise = Promise::all_or_nothing;
    scenarios.push_back(drop);
    return scenarios;
}

std::vector<Scenario> resuming_scenarios(const Words& words, const std::function<void()>& leave_remains) {
    const Folder small = small_folder(words);
    const std::string build = first_words(words.build);
    std::vector<Scenario> scenarios{
        interrupted("resume between two segments", small, When::before, "VALUES ('2.1'", up()),
        interrupted("resume with the index not begun", small, When::before, build, up()),
        interrupted("resume with the index built", small, When::after, build, up()),
        plain("resume of a down", small, {up()}, down()),
    };
    scenarios[3].interruption = Fault{.script = first_words(words.unbuild), .when = When::after};
    scenarios[3].interrupted = down();
    if (leave_remains) {
        scenarios.push_back(
            interrupted("resume with the index half built", small, When::before, build, up()));
        scenarios.back().after_interruption = leave_remains;
    }
    return scenarios;
}

}  // namespace aether::migrate::crash

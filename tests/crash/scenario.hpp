// SPDX-License-Identifier: MIT
// What the fault sweep runs: small folders of migrations, each statement with its mark, and what is done with
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <aether/migrate/plan.hpp>
#include <aether/migrate/version.hpp>

#include "faulty_connection.hpp"

namespace aether::migrate::crash {

/// Whether the server would run a statement inside a transaction.
enum class Place { in_transaction, bare };

struct Statement {
    std::string sql;
    /// A condition that this statement alone makes true; empty: nothing can be seen of it.
    std::string mark{};
    Place place = Place::in_transaction;
};

struct Migration {
    std::int64_t version = 0;
    std::vector<Statement> up;
    std::vector<Statement> down;
    std::string header{};

    const std::vector<Statement>& half(Direction direction) const {
        return direction == Direction::up ? up : down;
    }
};

/// The migrations of a folder in the order of their versions.
using Folder = std::vector<Migration>;

/// Returns the folder's files by name.
std::map<std::string, std::string> files_of(const Folder& folder);

/// How a database says what the folders do. In a text {name} stands for an index and {table} for its table.
struct Words {
    std::string marks;    ///< The table of marks, where `drop` does not reach it if there is such a place.
    std::string there;    ///< Condition that a table {name} is there.
    std::string prefix;   ///< Of a table's name with its schema; empty where there are no schemas.
    std::string setting;  ///< Changes the session.
    std::string housekeeping;  ///< Leaves nothing to be seen of {table}, in no transaction.
    std::string build;         ///< A statement that no transaction can hold,
    std::string built;         ///< the condition that shows it (empty: nothing can be seen of it),
    std::string unbuild;       ///< the one that takes it back,
    std::string unbuilt;       ///< and its condition.
    Place schema_change = Place::in_transaction;  ///< Where CREATE TABLE and DROP TABLE run.
};

struct Force {
    std::optional<Version> version;
};
struct Drop {};
using Operation = std::variant<Target, Force, Drop>;

/// What must be true of the database after a fault, at once.
enum class Promise {
    recorded_is_applied,  ///< Row, history and journal tell what the schema shows, statement by statement.
    all_or_nothing        ///< It is as it was before the operation, or as it is after an undisturbed one.
};

struct Scenario {
    std::string name;
    Folder folder;
    std::vector<Operation> before;             ///< Runs that lead to the start.
    std::optional<Fault> interruption;         ///< Of a run of `interrupted`, after these.
    Operation interrupted{};                   ///< Only with `interruption`.
    std::function<void()> after_interruption;  ///< What else then happens to the database; may be empty.
    Operation operation;                       ///< What is swept.
    Promise promise = Promise::recorded_is_applied;
};

/// Three files that are one transaction each, where the database has that for schema changes.
Folder transactional_folder(const Words& words);
/// Files of which none can be one transaction: one mixed, one with each statement by itself.
Folder segmented_folder(const Words& words);
/// Files of both kinds, as few statements as possible.
Folder small_folder(const Words& words);

/// Every scenario but those of a resumed run.
std::vector<Scenario> plain_scenarios(const Words& words);
/// Runs that go on with one that was cut off. `leave_remains` builds the index of small_folder() in another
/// session and ends that in the middle; empty where nothing can be left of it.
std::vector<Scenario> resuming_scenarios(const Words& words, const std::function<void()>& leave_remains);

}  // namespace aether::migrate::crash

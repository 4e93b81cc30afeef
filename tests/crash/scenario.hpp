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

#include <aether/migrate/version.hpp>

#include "../../src/plan/plan.hpp"
#include "faulty_connection.hpp"

namespace aether::migrate::crash {

/// Whether the server would run a statement inside a transaction.
enum class Place { in_transaction, bare };

struct Statement {
    std::string sql;
    std::string
        mark{};  ///< A condition that this statement alone makes true; empty: nothing can be seen of it.
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

/// Three files that are one transaction each.
Folder transactional_folder();
/// Files of which none can be one transaction: one mixed, one with each statement by itself.
Folder segmented_folder();
/// Files of both kinds, as few statements as possible.
Folder small_folder();

/// Every scenario but those of a resumed run.
std::vector<Scenario> plain_scenarios();
/// Runs that go on with one that was cut off. `leave_invalid_index` builds the index of small_folder() in
/// another session and ends that in the middle.
std::vector<Scenario> resuming_scenarios(const std::function<void()>& leave_invalid_index);

}  // namespace aether::migrate::crash

// SPDX-License-Identifier: MIT
// Checks that a call ends at a stop and by its deadline, and that the session lives on.
#include <array>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kBound{10};  // for what should end after some hundred milliseconds

/// Requests a stop a moment later, from another thread.
class StopSoon {
public:
    StopSoon()
        : thread_([this] {
              std::this_thread::sleep_for(milliseconds(300));
              source_.request_stop();
          }) {}

    spi::Wait wait() const { return {source_.get_token(), patience().deadline}; }

private:
    std::stop_source source_;
    std::jthread thread_;
};

void require_usable(const Session& session) {
    for (int round = 0; round < 50; ++round) {
        require_same(session.ask("SELECT 1"), "1", "what the session answers afterwards");
    }
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "the session is not idle afterwards");
}

// Its own connection_failed would do for a session that can't be saved, but nobody could write the journal
// then.
void require_cancelled(const ErrorDetails& error) {
    require(error.code == ErrorCode::cancelled,
            fmt::format("it fails as {}, expected cancelled: {}", name_of(error.code), error.message));
}

void ends_a_script(Trial& trial) {
    const Session session = trial.open();
    StopSoon stop;
    in_time(kBound, "execute() with a stop after 0.3 s", [&] {
        require_cancelled(error_of([&] { session.connection->execute(trial.subject().slow, stop.wait()); },
                                   "execute() at a stop"));
    });
    require_usable(session);
}

void ends_a_query(Trial& trial) {
    const Session session = trial.open();
    StopSoon stop;
    in_time(kBound, "query() with a stop after 0.3 s", [&] {
        require_cancelled(
            error_of([&] { session.connection->query({trial.subject().slow, {}}, stop.wait()); },
                     "query() at a stop"));
    });
    require_usable(session);
}

void requested_before_ends_at_once(Trial& trial) {
    const Session session = trial.open();
    std::stop_source stop;
    stop.request_stop();
    const spi::Wait wait{stop.get_token(), std::nullopt};
    in_time(kBound, "execute() with a stop that was requested before", [&] {
        require_cancelled(error_of([&] { session.connection->execute(trial.subject().slow, wait); },
                                   "execute() after a stop"));
    });
    require_usable(session);
}

void of_a_block_leaves_it_to_be_rolled_back(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    session.begin();
    session.run("INSERT INTO kit_rows (id, note) VALUES (1, 'a')");
    StopSoon stop;
    in_time(kBound, "execute() in a block with a stop after 0.3 s", [&] {
        require_cancelled(error_of([&] { session.connection->execute(trial.subject().slow, stop.wait()); },
                                   "execute() at a stop"));
    });
    session.roll_back();
    require_usable(session);
    require_same(session.count("SELECT count(*) FROM kit_rows"), 0, "rows of the block that was stopped");
}

void by_deadline_ends_a_script(Trial& trial) {
    const Session session = trial.open();
    spi::ScriptResult result;
    in_time(kBound, "execute() with a deadline of 0.3 s",
            [&] { result = session.connection->execute(trial.subject().slow, patience(milliseconds(300))); });
    require(result.failure.has_value(), "execute() past its deadline reports no failure");
    require_same(result.completed, 0, "statements that completed by the deadline");
    require_usable(session);
}

void by_deadline_ends_a_query(Trial& trial) {
    const Session session = trial.open();
    ErrorDetails error;
    in_time(kBound, "query() with a deadline of 0.3 s", [&] {
        error = error_of(
            [&] { session.connection->query({trial.subject().slow, {}}, patience(milliseconds(300))); },
            "query() past its deadline");
    });
    require(error.code == ErrorCode::bookkeeping_failed,
            fmt::format("it fails as {}, expected bookkeeping_failed", name_of(error.code)));
    require_usable(session);
}

// Who waits for another session is in no statement's way, and must be reached all the same.
void ends_a_wait_for_others(Trial& trial) {
    const Session holder = trial.open();
    trial.make_rows(holder);
    holder.run("INSERT INTO kit_rows (id, note) VALUES (1, 'free')");
    const Session waiter = trial.open();
    holder.begin();
    holder.run("UPDATE kit_rows SET note = 'held' WHERE id = 1");
    const std::string text = "UPDATE kit_rows SET note = 'taken' WHERE id = 1";
    StopSoon stop;
    in_time(kBound, "a wait for another session with a stop after 0.3 s", [&] {
        require_cancelled(
            error_of([&] { waiter.connection->execute(text, stop.wait()); }, "execute() at a stop"));
    });
    require_usable(waiter);
    in_time(kBound, "a wait for another session with a deadline of 0.3 s", [&] {
        require(waiter.connection->execute(text, patience(milliseconds(300))).failure.has_value(),
                "execute() past its deadline reports no failure");
    });
    require_usable(waiter);
    holder.commit();
    waiter.run(text);
    require_same(holder.ask("SELECT note FROM kit_rows"), "taken", "the row after the wait was over");
}

void of_a_run_leaves_no_trace(Trial& trial) {
    std::stop_source stop;
    Options options;
    options.stop.finish = stop.get_token();
    options.stop.roll_back = stop.get_token();
    const Session session = trial.open();
    trial.make_rows(session);
    Migrator migrator =
        trial.migrator({{"1_slow.up.sql", "INSERT INTO kit_rows (id, note) VALUES (1, 'a');\n" +
                                              trial.subject().slow + ";\n"}},
                       std::move(options));
    const std::jthread later([&] {
        std::this_thread::sleep_for(milliseconds(500));
        stop.request_stop();
    });
    in_time(2 * kBound, "up() with a stop after 0.5 s",
            [&] { require(migrator.up().end == RunEnd::stopped, "up() does not say that it was stopped"); });
    require_version(session, -1, false);
    require_same(session.count("SELECT count(*) FROM kit_rows"), 0, "rows of the file that was stopped");
    require(session.try_lock(), "the lock is not free after a run that was stopped");
}

constexpr std::array kChecks{
    Check{"stop_ends_a_script", ends_a_script},
    Check{"stop_ends_a_query", ends_a_query},
    Check{"stop_requested_before_ends_at_once", requested_before_ends_at_once},
    Check{"stop_in_a_block_leaves_it_to_be_rolled_back", of_a_block_leaves_it_to_be_rolled_back},
    Check{"stop_by_deadline_ends_a_script", by_deadline_ends_a_script},
    Check{"stop_by_deadline_ends_a_query", by_deadline_ends_a_query},
    Check{"stop_ends_a_wait_for_others", ends_a_wait_for_others},
    Check{"stop_of_a_run_leaves_no_trace", of_a_run_leaves_no_trace},
};

}  // namespace

std::span<const Check> stop_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance

// SPDX-License-Identifier: MIT
// Checks of the migration lock between sessions and between processes.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "check.hpp"
#include "process.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

using std::chrono::seconds;

Deadline soon() {
    return std::chrono::steady_clock::now() + seconds(30);
}

// A process that takes the lock and keeps it until it hears a byte.
std::unique_ptr<Process> make_owner(const Trial& trial) {
    return std::make_unique<Process>([&trial](Line& line) {
        const Session session = trial.open();
        line.send(session.try_lock() ? "y" : "n");
        line.receive(std::chrono::steady_clock::now() + seconds(100));
        session.connection->unlock();
        line.send("u");
        line.receive(std::chrono::steady_clock::now() + seconds(100));
    });
}

void excludes_another_session(Trial& trial) {
    const Session first = trial.open();
    const Session second = trial.open();
    require(first.try_lock(), "a free lock is not given");
    in_time(seconds(5), "try_lock() while another session holds the lock",
            [&] { require(!second.try_lock(), "two sessions hold the lock at once"); });
    first.connection->unlock();
    require(second.try_lock(), "the lock is not free after unlock()");
    require(!first.try_lock(), "two sessions hold the lock at once, the second one first");
    second.connection->unlock();
}

void excludes_before_our_tables_exist_and_after(Trial& trial) {
    const Session before = trial.open();
    trial.migrator(Trial::three_files()).up(1);
    const Session after = trial.open();
    require(before.try_lock(), "a free lock is not given");
    require(!after.try_lock(), "a session that saw our tables holds another lock than one that did not");
}

void excludes_the_engine(Trial& trial) {
    const Session holder = trial.open();
    require(holder.try_lock(), "a free lock is not given");
    Options options;
    options.lock_timeout = seconds(1);
    Migrator migrator = trial.migrator(Trial::three_files(), std::move(options));
    const ErrorDetails error = error_of([&] { migrator.up(); }, "up() while another session holds the lock");
    require(error.code == ErrorCode::lock_timeout,
            fmt::format("it fails as {}, expected lock_timeout", name_of(error.code)));
    require(!trial.open().look.version_table, "up() made the version table without the lock");
    holder.connection->unlock();
    migrator.up();
    require_version(trial.open(), 3, false);
}

void survives_the_end_of_transactions(Trial& trial) {
    const Session holder = trial.open();
    const Session other = trial.open();
    trial.make_rows(holder);
    require(holder.try_lock(), "a free lock is not given");
    const auto require_held = [&](const char* after) {
        require(!other.try_lock(),
                fmt::format("another session gets the lock after {} of the holder", after));
    };
    holder.begin();
    holder.run("INSERT INTO kit_rows (id, note) VALUES (1, 'a')");
    holder.commit();
    require_held("COMMIT");
    holder.begin();
    holder.run("INSERT INTO kit_rows (id, note) VALUES (2, 'b')");
    holder.roll_back();
    require_held("ROLLBACK");
    holder.run_refused("INSERT INTO kit_missing (id) VALUES (1)");
    require_held("a failed statement");
    holder.run("CREATE TABLE kit_more (id bigint NOT NULL PRIMARY KEY); DROP TABLE kit_more");
    require_held("a schema change");
}

void rolls_back_when_it_is_given_back(Trial& trial) {
    const Session session = trial.open();
    const Session other = trial.open();
    trial.make_rows(session);
    require(session.try_lock(), "a free lock is not given");
    session.begin();
    session.run("INSERT INTO kit_rows (id, note) VALUES (1, 'a')");
    session.connection->unlock();
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "unlock() leaves a block open");
    require_same(other.count("SELECT count(*) FROM kit_rows"), 0,
                 "rows of a block that was open at unlock()");
    require(other.try_lock(), "the lock is not free after unlock() in a block");
    session.connection->unlock();
    require(!session.try_lock(), "unlock() without a lock gives away that of another session");
}

void is_freed_with_its_session(Trial& trial) {
    std::optional<Session> holder = trial.open();
    const Session other = trial.open();
    require(holder->try_lock(), "a free lock is not given");
    require(!other.try_lock(), "two sessions hold the lock at once");
    holder.reset();
    require(becomes_true([&] { return other.try_lock(); }), "the lock is not free after its session ended");
}

void excludes_another_process(Trial& trial) {
    const std::unique_ptr<Process> owner = make_owner(trial);
    require(owner->line().receive(soon()) == 'y', "another process does not get the free lock");
    const Session session = trial.open();
    require(!session.try_lock(), "two processes hold the lock at once");
    owner->line().send("x");
    require(owner->line().receive(soon()) == 'u', "unlock() of another process does not end");
    require(session.try_lock(), "the lock is not free after unlock() in another process");
}

void is_freed_when_its_owner_is_killed(Trial& trial) {
    const std::unique_ptr<Process> owner = make_owner(trial);
    require(owner->line().receive(soon()) == 'y', "another process does not get the free lock");
    const Session session = trial.open();
    require(!session.try_lock(), "two processes hold the lock at once");
    owner->kill();
    require(becomes_true([&] { return session.try_lock(); }),
            "the lock of a killed process is not free after 20 s");
}

void add_one_under_lock(const Session& session) {
    require(becomes_true([&] { return session.try_lock(); }), "the lock is not given within 20 s");
    // Two that do this at once lose a count.
    const std::uint64_t seen = session.count("SELECT id FROM kit_rows");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    session.query("UPDATE kit_rows SET id = ?", {std::to_string(seen + 1)});
    session.connection->unlock();
}

void is_held_by_one_of_many(Trial& trial) {
    constexpr std::uint64_t kProcesses = 8;
    constexpr std::uint64_t kRounds = 10;
    std::vector<std::unique_ptr<Process>> processes;
    processes.reserve(kProcesses);
    for (std::uint64_t number = 0; number < kProcesses; ++number) {
        processes.push_back(std::make_unique<Process>([&trial](Line& line) {
            line.receive(soon());
            const Session session = trial.open();
            for (std::uint64_t round = 0; round < kRounds; ++round) {
                add_one_under_lock(session);
            }
            line.send("y");
        }));
    }
    const Session session = trial.open();
    trial.make_rows(session);
    session.run("INSERT INTO kit_rows (id, note) VALUES (0, 'counter')");
    for (const auto& process : processes) {
        process->line().send("x");
    }
    for (const auto& process : processes) {
        require(process->line().receive(std::chrono::steady_clock::now() + seconds(60)) == 'y',
                "one of eight processes failed or never got the lock");
    }
    require_same(session.count("SELECT id FROM kit_rows"), kProcesses * kRounds,
                 "what eight processes counted under the lock");
}

constexpr std::array kChecks{
    Check{"lock_excludes_another_session", excludes_another_session},
    Check{"lock_is_the_same_before_and_after_our_tables", excludes_before_our_tables_exist_and_after},
    Check{"lock_excludes_the_engine", excludes_the_engine},
    Check{"lock_survives_the_end_of_transactions", survives_the_end_of_transactions},
    Check{"lock_rolls_back_when_given_back", rolls_back_when_it_is_given_back},
    Check{"lock_is_freed_with_its_session", is_freed_with_its_session},
    Check{"lock_excludes_another_process", excludes_another_process},
    Check{"lock_is_freed_when_its_owner_is_killed", is_freed_when_its_owner_is_killed},
    Check{"lock_is_held_by_one_of_many", is_held_by_one_of_many},
};

}  // namespace

std::span<const Check> lock_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance

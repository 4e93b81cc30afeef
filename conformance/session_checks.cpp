// SPDX-License-Identifier: MIT
// Checks of sessions as such: how they are opened, what they tell of themselves, how they are lost.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "process.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void opens_with_a_sound_dialect(Trial& trial) {
    const Session session = trial.open();
    const spi::Dialect& dialect = session.dialect();
    require(&dialect == &session.connection->dialect(), "dialect() returns another value at each call");
    require(!dialect.name.empty(), "the dialect has no name");
    require(!dialect.identifier_quote.empty(), "the dialect has no identifier_quote");
    require(!dialect.begin.empty(), "the dialect has no text for begin");
    require(dialect.max_identifier_bytes >= 20, "max_identifier_bytes leaves no room for a name");
    require(!dialect.timestamp_type.empty(), "the dialect has no timestamp_type");
    require(!dialect.identity_column.empty(), "the dialect has no identity_column");
}

void tells_where_tables_are_made(Trial& trial) {
    const Session session = trial.open();
    require(!session.look.facts.schema.empty(),
            "look() tells no facts.schema: the engine refuses to run without one");
    require(!session.look.facts.read_only, "look() calls a session read-only that can write");
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "a new session is not idle");
}

void are_independent(Trial& trial) {
    const Session first = trial.open();
    const Session second = trial.open();
    first.begin();
    require(first.connection->transaction_state() == spi::TransactionState::open,
            "the state after begin is not open");
    require(second.connection->transaction_state() == spi::TransactionState::idle,
            "a block of one session shows in another one");
    first.roll_back();
    require(first.connection->transaction_state() == spi::TransactionState::idle,
            "the state after ROLLBACK is not idle");
}

void reads_the_shared_parameters(Trial& trial) {
    const auto settings_of = [&](std::string_view key, std::string_view value) {
        return trial.subject().driver->open(trial.url_with(key, value), patience()).settings;
    };
    require_same(settings_of("x-migrations-table", "kit_other").table, "kit_other",
                 "the table of x-migrations-table=kit_other");
    require(!settings_of("x-history", "false").history, "x-history=false is not read");
    require(settings_of("x-multi-statement", "true").multi_statement, "x-multi-statement=true is not read");
    require(settings_of("x-retry-for", "3s").limits.retry_for == seconds(3), "x-retry-for=3s is not read");
}

void refuses_a_bad_parameter(Trial& trial) {
    const ErrorDetails error =
        error_of([&] { trial.subject().driver->open(trial.url_with("x-history", "perhaps"), patience()); },
                 "open() with x-history=perhaps");
    require(error.code == ErrorCode::invalid_url,
            fmt::format("x-history=perhaps is refused as {}, expected invalid_url", name_of(error.code)));
}

/// A port of this machine where connections are accepted by the kernel and nobody ever answers.
class SilentPort {
public:
    SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (socket_ < 0 || ::bind(socket_, generic, size) != 0 || ::listen(socket_, 8) != 0 ||
            ::getsockname(socket_, generic, &size) != 0)
            fail("the check can't listen on 127.0.0.1");
        number_ = ntohs(address.sin_port);
    }
    ~SilentPort() { ::close(socket_); }
    SilentPort(const SilentPort&) = delete;
    SilentPort& operator=(const SilentPort&) = delete;

    std::uint16_t number() const { return number_; }

private:
    int socket_;
    std::uint16_t number_ = 0;
};

void gives_up_opening_by_its_deadline(Trial& trial) {
    if (!trial.subject().silent_url)
        not_claimed("silent_url is not given: the database has no network");
    const SilentPort port;
    const std::string url = trial.subject().silent_url(port.number());
    ErrorDetails error;
    in_time(seconds(10), "open() with a deadline of 1 s at a server that never answers", [&] {
        error = error_of([&] { trial.subject().driver->open(url, patience(seconds(1))); }, "open()");
    });
    require(error.code == ErrorCode::connection_failed,
            fmt::format("it fails as {}, expected connection_failed", name_of(error.code)));
}

void gives_up_opening_at_a_stop(Trial& trial) {
    if (!trial.subject().silent_url)
        not_claimed("silent_url is not given: the database has no network");
    const SilentPort port;
    const std::string url = trial.subject().silent_url(port.number());
    std::stop_source stop;
    const std::jthread later([&] {
        std::this_thread::sleep_for(milliseconds(300));
        stop.request_stop();
    });
    spi::Wait wait = patience();
    wait.stop = stop.get_token();
    ErrorDetails error;
    in_time(seconds(10), "open() with a stop after 0.3 s at a server that never answers",
            [&] { error = error_of([&] { trial.subject().driver->open(url, wait); }, "open()"); });
    require(error.code == ErrorCode::cancelled,
            fmt::format("it fails as {}, expected cancelled", name_of(error.code)));
}

void says_that_it_was_lost(Trial& trial) {
    if (!trial.subject().end_sessions)
        not_claimed("end_sessions is not given: nobody can end a session from outside");
    const Session session = trial.open();
    require(session.try_lock(), "a free lock is not given");
    trial.subject().end_sessions(trial.database());
    const ErrorDetails error = error_of(
        [&] {
            for (int tries = 0; tries < 100; ++tries) {
                session.connection->execute("SELECT 1", patience());
                std::this_thread::sleep_for(milliseconds(50));
            }
        },
        "a call on a session that was ended");
    require(error.code == ErrorCode::connection_failed,
            fmt::format("it fails as {}, expected connection_failed", name_of(error.code)));
    session.connection->unlock();
    const Session other = trial.open();
    require(becomes_true([&] { return other.try_lock(); }), "the lost session's lock is never free again");
}

void names_itself_for_others(Trial& trial) {
    std::optional<Session> session = trial.open();
    const Session other = trial.open();
    const std::string name = session->connection->session_name(patience());
    if (name.empty())
        not_claimed("session_name() is empty");
    require(name.size() <= 200, "session_name() has more than 200 bytes");
    require(name == session->connection->session_name(patience()), "session_name() changes");
    require(name != other.connection->session_name(patience()), "two sessions have one session_name()");
    require(other.connection->probe(name, patience()) == spi::SessionState::alive,
            "probe() does not find a living session");
    session.reset();
    require(
        becomes_true([&] { return other.connection->probe(name, patience()) == spi::SessionState::gone; }),
        "probe() does not see that a session is gone");
    require(other.connection->probe("kit: no name of any session", patience()) != spi::SessionState::alive,
            "probe() takes nonsense for a living session");
}

void names_a_killed_process_gone(Trial& trial) {
    std::string name;
    Process owner([&](Line& line) {
        const Session session = trial.open();
        line.send(session.connection->session_name(patience()) + "\n");
        line.receive(std::chrono::steady_clock::now() + seconds(60));
    });
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    for (std::optional<char> byte = owner.line().receive(deadline); byte && *byte != '\n';
         byte = owner.line().receive(deadline)) {
        name += *byte;
    }
    if (name.empty())
        not_claimed("session_name() is empty");
    const Session session = trial.open();
    require(session.connection->probe(name, patience()) == spi::SessionState::alive,
            "probe() does not find a living session of another process");
    owner.kill();
    require(
        becomes_true([&] { return session.connection->probe(name, patience()) == spi::SessionState::gone; }),
        "probe() does not see that the session of a killed process is gone");
}

void can_be_prepared_for_a_run(Trial& trial) {
    const Session session = trial.open();
    require(session.try_lock(), "a free lock is not given");
    session.connection->prepare({}, patience());
    session.connection->prepare({}, patience());
    session.begin();
    for (const auto limit : {std::optional(milliseconds(300)), std::optional<milliseconds>()}) {
        session.connection->batch(session.connection->limit_locks(limit, spi::Scope::block), patience());
    }
    session.roll_back();
    session.connection->batch(session.connection->limit_locks(milliseconds(300), spi::Scope::session),
                              patience());
    session.run("SELECT 1");
}

void limits_its_wait_for_a_table(Trial& trial) {
    const Session holder = trial.open();
    trial.make_rows(holder);
    holder.run("INSERT INTO kit_rows (id, note) VALUES (1, 'free')");
    const Session waiter = trial.open();
    waiter.connection->prepare({}, patience());
    const auto limits = waiter.connection->limit_locks(milliseconds(500), spi::Scope::block);
    if (limits.empty())
        not_claimed("limit_locks() is empty: no limit to wait for a lock on a table");
    holder.begin();
    holder.run("UPDATE kit_rows SET note = 'held' WHERE id = 1");
    waiter.begin();
    waiter.connection->batch(limits, patience());
    spi::ScriptFailure failure;
    in_time(seconds(15), "a wait for a lock limited to 0.5 s",
            [&] { failure = waiter.run_refused("UPDATE kit_rows SET note = 'taken' WHERE id = 1"); });
    require(failure.passing, "the failure does not say that the same text may pass a moment later");
    waiter.roll_back();
    holder.commit();
}

constexpr std::array kChecks{
    Check{"session_opens_with_a_sound_dialect", opens_with_a_sound_dialect},
    Check{"session_tells_where_tables_are_made", tells_where_tables_are_made},
    Check{"session_is_independent_of_others", are_independent},
    Check{"session_reads_the_shared_parameters", reads_the_shared_parameters},
    Check{"session_refuses_a_bad_parameter", refuses_a_bad_parameter},
    Check{"session_gives_up_opening_by_its_deadline", gives_up_opening_by_its_deadline},
    Check{"session_gives_up_opening_at_a_stop", gives_up_opening_at_a_stop},
    Check{"session_says_that_it_was_lost", says_that_it_was_lost},
    Check{"session_names_itself_for_others", names_itself_for_others},
    Check{"session_of_a_killed_process_is_gone", names_a_killed_process_gone},
    Check{"session_can_be_prepared_for_a_run", can_be_prepared_for_a_run},
    Check{"session_limits_its_wait_for_a_table", limits_its_wait_for_a_table},
};

}  // namespace

std::span<const Check> session_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance

// SPDX-License-Identifier: MIT
// Finds out whether a connection pooler stands in front of the server, and how it hands out server sessions.
#include "pooler.hpp"

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "errors.hpp"
#include "side_session.hpp"

namespace aether::migrate::postgres {

namespace {

using State = SideSession::State;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::string_view kBackend = "SELECT pg_catalog.pg_backend_pid()";

// Several poolers may share one address; each new connection is another chance to meet our own.
constexpr int kSideSessions = 2;
constexpr int kRounds = 3;
constexpr seconds kSideLimit{15};
// While a side session waits for a server session, our own one must be answered this often to be proved ours.
constexpr int kAnswersToBeSure = 10;
constexpr milliseconds kBetweenAnswers{50};

int number_at(const PGresult* result) {
    int number = 0;
    const std::string_view text = text_at(result, 0, 0);
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

[[noreturn]] void fail(std::string message) {
    ErrorDetails details;
    details.code = ErrorCode::unsupported;
    details.message = std::move(message);
    details.state = "nothing was changed";
    details.next = "use the database's own URL";
    throw Error(std::move(details));
}

[[noreturn]] void fail_unsure() {
    fail(
        fmt::format("a connection pooler stands in front of the database and gave no second session in {} s: "
                    "it can't be told whether it is in transaction mode",
                    kSideLimit.count()));
}

[[noreturn]] void fail_statements() {
    fail("a connection pooler in statement mode stands in front of the database: it allows no transactions");
}

/// One client of the pooler beside our own session. Neither waits for a server session while the other has
/// one of a pool that may be small: two of us would wait for each other.
class Probe {
public:
    Probe(Session& session, const Parameters& parameters, const spi::Wait& wait)
        : session_(session), wait_(wait), other_(parameters), mine_(backend_of(session, wait)) {}

    /// Tells whether server sessions change hands.
    bool changes_hands() {
        const State state = other_.wait_until(steady_clock::now() + kSideLimit, wait_.stop);
        refuse_stopped();
        if (state != State::idle)
            fail_unsure();
        for (int round = 0; round < kRounds; ++round) {
            // A pooler hands out the server session that came back last, then the other one gets ours; or the
            // one that came back first, then we get another one in two times running, unless there is one
            // only.
            if (moved() || moved())
                return true;
            switch (ask_other()) {
                case Answer::same:
                    return true;
                case Answer::another:
                    break;
                case Answer::none:
                    return false;
            }
        }
        return moved();
    }

    /// To be called when they do: refuses a pooler that allows no transactions at all.
    void try_transaction() {
        for (const char* text : {"BEGIN", "ROLLBACK"}) {
            other_.send(text);
            if (other_.wait_until(steady_clock::now() + kSideLimit, wait_.stop) == State::busy)
                fail_unsure();
            if (other_.result() == nullptr || PQresultStatus(other_.result()) != PGRES_COMMAND_OK)
                fail_statements();
        }
    }

private:
    enum class Answer { same, another, none };

    // A stop ends the waits for the other session early, which proves nothing.
    void refuse_stopped() const {
        if (wait_.stop.stop_requested())
            throw Error(ErrorCode::cancelled, "stopped before the migration lock was taken");
    }

    bool moved() {
        refuse_stopped();
        return backend_of(session_, wait_) != mine_;
    }

    // While the other one waits for a server session ours goes on: each answer would give our server session
    // back, and whoever waits longest gets it. So ours is not shared when it keeps answering.
    Answer ask_other() {
        const auto limit = steady_clock::now() + kSideLimit;
        other_.send(std::string(kBackend));
        int answers = 0;
        while (other_.wait_until(steady_clock::now() + kBetweenAnswers, wait_.stop) == State::busy) {
            if (moved())
                return Answer::same;
            if (++answers >= kAnswersToBeSure)
                return Answer::none;
            if (steady_clock::now() >= limit)
                fail_unsure();
        }
        if (other_.result() == nullptr || PQresultStatus(other_.result()) != PGRES_TUPLES_OK)
            fail_unsure();
        return number_at(other_.result()) == mine_ ? Answer::same : Answer::another;
    }

    Session& session_;
    const spi::Wait& wait_;
    SideSession other_;
    int mine_;
};

Pooling find_mode(Session& session, const Parameters& parameters, const spi::Wait& wait) {
    for (int side = 0; side < kSideSessions; ++side) {
        Probe probe(session, parameters, wait);
        if (probe.changes_hands()) {
            probe.try_transaction();
            return Pooling::transaction;
        }
    }
    return Pooling::session;
}

// PgBouncer refuses the settings of a URL unless it is told to ignore them, and then they are lost: the
// migrations would run in another schema (PgBouncer 1.18, observed).
void refuse_lost_settings(Session& session, const Parameters& parameters, Pooling pooling,
                          const spi::Wait& wait) {
    constexpr std::string_view kSource = R"sql(
SELECT pg_catalog.count(*)
FROM pg_catalog.pg_settings s
WHERE pg_catalog.lower(s.name) = pg_catalog.lower($1) AND s.source IN ('client', 'session')
)sql";
    for (const std::string& name : parameters.server_settings) {
        if (pooling == Pooling::session) {
            const ResultPointer found = session.run({std::string(kSource), {name}}, wait);
            if (PQresultStatus(found.get()) != PGRES_TUPLES_OK)
                throw bookkeeping_error(found.get(), session.error_style(), "read the session's settings");
            if (number_at(found.get()) > 0)
                continue;
        }
        fail(fmt::format("the connection pooler in front of the database drops the setting {} of the URL",
                         name));
    }
}

}  // namespace

int backend_of(Session& session, const spi::Wait& wait) {
    const ResultPointer result = session.run({std::string(kBackend), {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        throw bookkeeping_error(result.get(), session.error_style(), "ask for the server's process");
    return number_at(result.get());
}

Pooling find_pooling(Session& session, const Parameters& parameters, const spi::Wait& wait) {
    if (backend_of(session, wait) == PQbackendPID(session.raw()))
        return Pooling::none;
    const Pooling pooling = find_mode(session, parameters, wait);
    refuse_lost_settings(session, parameters, pooling, wait);
    return pooling;
}

Error transaction_pooler_error() {
    ErrorDetails details;
    details.code = ErrorCode::unsupported;
    details.message =
        "a connection pooler in transaction mode stands in front of the database: "
        "it would share the migration lock with its other clients";
    details.state = "nothing was changed";
    details.next =
        "use the database's own URL, or a pool in session mode, or add x-lock-strategy=table to the URL";
    return Error(std::move(details));
}

}  // namespace aether::migrate::postgres

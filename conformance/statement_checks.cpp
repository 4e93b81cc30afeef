// SPDX-License-Identifier: MIT
// Checks of the dialect's statement table: each of the author's statements is tried inside and outside of a
// block.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/spi/statement.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

using spi::StatementKind;
using spi::TransactionState;

/// What became of a block in which a statement ran.
struct InBlock {
    std::optional<spi::ScriptFailure> failure;
    bool ended = false;      ///< The block is over.
    bool committed = false;  ///< Others see what was written before the statement.
};

// Writes a row in a block, runs the statement there and looks; rolls back what is left.
InBlock try_in_block(const Session& session, const Session& other, const std::string& sql) {
    session.run("DELETE FROM kit_rows");
    session.begin();
    session.run("INSERT INTO kit_rows (id, note) VALUES (1, 'before')");
    InBlock seen;
    seen.failure = session.connection->execute(sql, patience()).failure;
    seen.ended = session.connection->transaction_state() == TransactionState::idle;
    session.connection->execute("ROLLBACK", patience());
    // Not before: a writer may keep others from reading while it commits.
    seen.committed = other.count("SELECT count(*) FROM kit_rows") == 1;
    return seen;
}

void require_in_block(const InBlock& seen, std::string_view kind) {
    require(!seen.failure, fmt::format("the dialect calls it {}, and the server refuses it in a block: {}",
                                       kind, seen.failure ? seen.failure->message : ""));
    require(!seen.committed, fmt::format("the dialect calls it {}, and it commits by itself", kind));
    require(!seen.ended, fmt::format("the dialect calls it {}, and it ends the block", kind));
}

void require_outside(const Session& session, const InBlock& seen, const std::string& sql) {
    const spi::Dialect& dialect = session.dialect();
    require(seen.failure || seen.committed,
            "the dialect calls it non_transactional, and the server runs it in a block and rolls it back");
    if (!seen.failure)
        return;  // it committed by itself: it has run
    const auto states = dialect.needs_no_transaction;
    require(
        states.empty() || std::find(states.begin(), states.end(), seen.failure->sqlstate) != states.end(),
        fmt::format("the server refuses it in a block with SQLSTATE {}, which is not in needs_no_transaction",
                    seen.failure->sqlstate));
    session.run(sql);
}

void require_repeatable(const Session& session, const std::string& sql) {
    session.run(sql);
    session.run(sql);
}

void require_as_claimed(const Session& session, const Session& other, const std::string& sql) {
    const StatementKind kind = spi::kind_of(sql, session.dialect());
    switch (kind) {
        case StatementKind::transactional:
            require_in_block(try_in_block(session, other, sql), "transactional");
            session.run(sql);
            return;
        case StatementKind::session_setting:
            require_in_block(try_in_block(session, other, sql), "session_setting");
            require_repeatable(session, sql);
            return;
        case StatementKind::session_setting_alone:
            require_repeatable(session, sql);
            return;
        case StatementKind::non_transactional:
            require_outside(session, try_in_block(session, other, sql), sql);
            return;
        case StatementKind::begins_transaction:
            session.run(sql);
            require(session.connection->transaction_state() == TransactionState::open,
                    "the dialect says that it begins a block, and none is open after it");
            session.roll_back();
            return;
        case StatementKind::ends_transaction: {
            const InBlock seen = try_in_block(session, other, sql);
            require(!seen.failure && seen.ended && seen.committed,
                    "the dialect says that it commits a block, and it does not");
            return;
        }
        case StatementKind::controls_transaction: {
            const InBlock seen = try_in_block(session, other, sql);
            require(seen.failure || seen.ended || seen.committed,
                    "the dialect says that it ends a block in its own way, and the block goes on");
            return;
        }
        case StatementKind::refused:
            session.connection->execute(sql, patience());
            require_same(session.ask("SELECT 1"), "1",
                         "what the session answers after a text for another client");
            return;
    }
}

}  // namespace

void try_statement(Trial& trial, const StatementSample& sample) {
    const Session session = trial.open();
    trial.make_rows(session);
    if (!sample.setup.empty())
        session.run(sample.setup);
    const Session other = trial.open();
    require_as_claimed(session, other, sample.sql);
    require(session.connection->transaction_state() == TransactionState::idle,
            "the session is not idle after the statement");
}

void try_effect(Trial& trial, const StatementSample& sample) {
    const Session session = trial.open();
    const spi::Dialect& dialect = session.dialect();
    if (spi::kind_of(sample.sql, dialect) != StatementKind::non_transactional)
        not_claimed("the dialect does not call it non_transactional: a rollback undoes it");
    trial.make_rows(session);
    if (!sample.setup.empty())
        session.run(sample.setup);
    const std::vector<std::string_view> tokens = spi::tokens_of(sample.sql, dialect);
    const std::string note = session.connection->note_intent({sample.sql, tokens}, patience()).note;
    if (note.empty())
        not_claimed("note_intent() notes nothing of it: only a person can tell whether it was done");
    require(note.size() <= (64u << 10), "note_intent() gives more than 64 KiB");
    const auto find = [&](const Session& asked, spi::Ending ending) {
        return asked.connection->find_effect(note, ending, patience());
    };
    const spi::Finding before = find(trial.open(), spi::Ending::lost);
    require(before.effect != spi::Effect::present && before.effect != spi::Effect::running,
            "find_effect() finds the effect before the statement ran: " + before.facts);

    session.run(sample.sql);

    const spi::Finding completed = find(session, spi::Ending::completed);
    require(completed.effect == spi::Effect::present,
            "find_effect() does not find the effect after the statement completed: " + completed.facts);
    const spi::Finding after = find(trial.open(), spi::Ending::lost);
    require(after.effect != spi::Effect::running && after.effect != spi::Effect::partial,
            "find_effect() of another session calls the effect unfinished: " + after.facts);
    if (after.effect == spi::Effect::absent)
        session.run(sample.sql);  // absent means that it may run again
}

}  // namespace aether::migrate::conformance

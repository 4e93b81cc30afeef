// SPDX-License-Identifier: MIT
// The only writer of the version table and the history.
#include "store.hpp"

#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/client_name.hpp>

#include "applied.hpp"
#include "catch_up.hpp"
#include "compat.hpp"
#include "layout.hpp"
#include "row.hpp"
#include "transaction.hpp"

namespace aether::migrate::history {

namespace {

// Says how to give the role what it lacks for our tables, or how to do without them.
Error explained(const Error& error, const spi::Look& look) {
    ErrorDetails details = error.details();
    if (details.sqlstate == "42501") {  // insufficient_privilege
        details.hint = fmt::format(
            "GRANT CREATE ON SCHEMA {0} TO {1} for a table that is to be made, "
            "SELECT, INSERT, UPDATE, DELETE for one that is there; "
            "x-history=false in the database URL needs golang-migrate's table only",
            look.tables_schema, look.facts.user);
    } else if (details.sqlstate == "42703" ||
               details.sqlstate == "42804") {  // undefined_column, datatype_mismatch
        details.hint =
            "a table of our names has other columns than ours: choose another name with x-migrations-table, "
            "or switch history and journal off with x-history=false";
    }
    return Error(std::move(details));
}

bool is_plain(const spi::Look& look) {
    if (look.version_rows.empty())
        return true;
    const spi::VersionRow& row = look.version_rows.front();
    return look.version_rows.size() == 1 && (row.version >= 0 || row.dirty);
}

}  // namespace

Store::Store(spi::Connection& connection, spi::TableNames tables, spi::Look look, const Catalog& catalog,
             std::string role, const spi::Wait& wait)
    : connection_(connection),
      tables_(std::move(tables)),
      look_(std::move(look)),
      catalog_(catalog),
      role_(std::move(role)),
      applied_(load_applied(connection, tables_, look_, wait)),
      author_{look_.facts.user, stored(spi::client_name()),
              fmt::format("aether-migrate {}", library_version())},
      journal_exists_(look_.journal_table),
      journal_used_(look_.journal_row),
      replace_(!is_plain(look_)) {
    if (!replace_)
        state_ = state_of(look_);
    if (look_.journal_current && tables_.journal)
        journal_ = load_journal(connection_, journal_table(), wait);
}

std::string Store::version_table() const {
    return qualified(tables_, tables_.version, look_, connection_.dialect());
}

// What only tells a reader more must never stop a migration.
std::string Store::stored(const std::string& text) const {
    return storable(text, look_.facts) ? text : std::string();
}

std::string Store::journal_table() const {
    return qualified(tables_, *tables_.journal, look_, connection_.dialect());
}

std::vector<spi::BoundStatement> Store::appends(std::vector<Event> events) {
    std::vector<spi::BoundStatement> statements;
    if (!tables_.history)
        return statements;
    const std::string table = qualified(tables_, *tables_.history, look_, connection_.dialect());
    statements.reserve(events.size());
    for (Event& event : events) {
        event.name = stored(event.name);
        if (event.down_sql && !storable(*event.down_sql, look_.facts))
            event.down_sql.reset();
        follow(written_applied_, event);
        event.applied = digest(written_applied_);
        statements.push_back(append_event(table, event, author_, connection_.dialect()));
    }
    return statements;
}

std::vector<spi::BoundStatement> Store::preparation() {
    if (prepared_)
        return {};
    std::vector<spi::BoundStatement> statements = create_missing(tables_, look_, connection_.dialect());
    if (tables_.history && moved_by_others(look_)) {
        for (spi::BoundStatement& append :
             appends(catch_up(catalog_, look_, applied_, state_.version, EventKind::adopted))) {
            statements.push_back(std::move(append));
        }
    }
    return statements;
}

std::vector<spi::BoundStatement> Store::journal_writes(const JournalEntry* entry) {
    if (!tables_.journal)
        return {};
    if (entry == nullptr) {
        if (!journal_used_)
            return {};
        return {{fmt::format("DELETE FROM {}", journal_table()), {}}};
    }
    std::vector<spi::BoundStatement> statements;
    if (!journal_exists_)
        statements.push_back(create_journal(journal_table(), connection_.dialect()));
    JournalEntry kept = *entry;
    kept.file = stored(entry->file);
    kept.error = stored(entry->error);
    for (spi::BoundStatement& statement :
         replace_journal(journal_table(), kept, author_, connection_.dialect())) {
        statements.push_back(std::move(statement));
    }
    return statements;
}

void Store::make_tables(const spi::Wait& wait) {
    const spi::Dialect& dialect = connection_.dialect();
    if (dialect.transactional_ddl != spi::TransactionalDdl::none)
        return;
    std::vector<spi::BoundStatement> statements = create_missing(tables_, look_, dialect);
    if (tables_.journal && !journal_exists_)
        statements.push_back(create_journal(journal_table(), dialect));
    if (statements.empty())
        return;
    run_guarded(statements, wait);
    look_.version_table = true;
    look_.history_table = tables_.history.has_value();
    journal_exists_ = tables_.journal.has_value();
}

void Store::write(const VersionState& to, const std::optional<Event>& event, const spi::Wait& wait) {
    send(to, event, nullptr, wait);
}

void Store::write_journal(const JournalEntry& entry, const spi::Wait& wait) {
    send({entry.leads_to, true}, std::nullopt, &entry, wait);
}

std::vector<spi::Rows> Store::run_guarded(const std::vector<spi::BoundStatement>& statements,
                                          const spi::Wait& wait) {
    std::vector<spi::BoundStatement> all = connection_.write_guard(role_);
    const std::size_t guards = all.size();
    all.insert(all.end(), statements.begin(), statements.end());
    std::vector<spi::Rows> answers;
    try {
        answers = connection_.batch(all, wait);
    } catch (const Error& error) {
        throw explained(error, look_);
    }
    if (guards > 0 && answers[guards - 1].affected != 1) {
        fail("this session lost the migration lock while the file ran",
             "a statement that frees all locks of a session, or resets it, gives the migration lock away; "
             "a lease that could not be renewed in time is taken over by another process",
             "another process may have moved the version since");
    }
    answers.erase(answers.begin(), answers.begin() + static_cast<std::ptrdiff_t>(guards));
    return answers;
}

void Store::send(const VersionState& to, const std::optional<Event>& event, const JournalEntry* entry,
                 const spi::Wait& wait) {
    const spi::Dialect& dialect = connection_.dialect();
    written_applied_ = applied_;
    std::vector<spi::BoundStatement> statements = preparation();
    const auto add = [&statements](const std::vector<spi::BoundStatement>& more) {
        statements.insert(statements.end(), more.begin(), more.end());
    };
    const std::size_t move_at = statements.size();
    const std::vector<spi::BoundStatement> moves = replace_ ? replace_rows(version_table(), to, dialect)
                                                            : move_row(version_table(), state_, to, dialect);
    add(moves);
    add(journal_writes(entry));
    if (event)
        add(appends({*event}));
    const std::vector<spi::Rows> answers = run_guarded(statements, wait);
    if (!replace_ && !moves.empty() && answers[move_at + moves.size() - 1].affected != 1) {
        fail(
            "this file, or a trigger, changed the version table: "
            "its row is not the one that was there before",
            "if neither did, somebody else moved the version: a connection pooler in transaction "
            "mode shares one migration lock among its clients, so connect to the database itself");
    }
    written_ = to;
    written_journal_ = entry == nullptr ? std::nullopt : std::optional(*entry);
}

void Store::fail(std::string message, std::string hint, std::string state) const {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = std::move(message);
    details.hint = std::move(hint);
    details.state = std::move(state);
    throw Error(std::move(details));
}

void Store::keep_lock(const spi::Wait& wait) {
    const std::optional<spi::BoundStatement> check = connection_.lock_check();
    if (!check || connection_.query(*check, wait).affected == 1)
        return;
    if (!connection_.try_lock(tables_, look_, wait))
        fail("the file gave the migration lock away, and another process took it", "");
}

void Store::committed() {
    state_ = written_;
    applied_ = written_applied_;
    journal_ = written_journal_;
    journal_used_ = journal_.has_value();
    journal_exists_ = journal_exists_ || journal_used_;
    replace_ = false;
    prepared_ = true;
}

void Store::force(const std::optional<Version>& version, EventKind kind, const spi::Wait& wait) {
    const spi::Dialect& dialect = connection_.dialect();
    std::vector<spi::BoundStatement> statements = create_missing(tables_, look_, dialect);
    written_ = VersionState{version, false};
    written_applied_ = applied_;
    written_journal_.reset();
    for (auto& part : {journal_writes(nullptr), replace_rows(version_table(), written_, dialect),
                       appends(catch_up(catalog_, look_, applied_, version, kind))}) {
        statements.insert(statements.end(), part.begin(), part.end());
    }
    run_guarded(statements, wait);
}

}  // namespace aether::migrate::history

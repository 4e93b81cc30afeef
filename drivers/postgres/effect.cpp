// SPDX-License-Identifier: MIT
// What the catalogue tells of a statement that runs outside of a transaction: before it, and after it was cut
// off.
#include "effect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "effect_index_sql.hpp"
#include "effect_sql.hpp"
#include "effect_statement.hpp"
#include "errors.hpp"
#include "rollback_guard.hpp"

namespace aether::migrate::postgres {

namespace {

constexpr std::size_t kNoteLimit = 65536;

using spi::Effect;

/// What one verdict of find_query() means.
struct Verdict {
    std::string_view name;
    Effect effect;
    std::string_view facts;  ///< {0} is the subject, {1} the session's pid.
    std::string_view look;   ///< What a person must find out, when the effect is unknown.
    Effect after_repair = Effect::absent;
};

constexpr auto kVerdicts = std::to_array<Verdict>({
    {"no table", Effect::absent, "the table of the index does not exist", ""},
    {"table not known", Effect::unknown, "the table of the index was not found before the statement",
     "see whether the statement made the index"},
    {"table gone", Effect::unknown, "the table of index {0} was dropped since",
     "see whether the migration is still to be applied"},
    {"no index", Effect::absent, "index {0} does not exist", ""},
    {"index begun", Effect::running, "session {1} is about to build index {0}", ""},
    {"index was there", Effect::absent, "{0} was there before, so the statement did nothing", ""},
    {"name taken", Effect::unknown, "{0} is no index of this table",
     "see what it is, and whether the index exists under another name"},
    {"index was invalid", Effect::unknown,
     "index {0} was there before and is invalid: IF NOT EXISTS leaves it as it is",
     "see whether it may be dropped, for the statement to build it again"},
    {"index not compared", Effect::unknown,
     "index {0} exists, and could not be compared with the one that the statement makes",
     "compare its definition with the statement"},
    {"index differs", Effect::unknown, "index {0} exists and is not the one that the statement makes",
     "compare its definition with the statement"},
    {"several indexes", Effect::unknown, "several new indexes {0} may be the statement's",
     "see which of them is the statement's"},
    {"index valid", Effect::present, "index {0} exists and is valid", ""},
    {"index building", Effect::running, "session {1} is building index {0}", ""},
    {"index builder hidden", Effect::unknown,
     "index {0} exists and is invalid; somebody builds an index that this role may not see",
     "see as a member of pg_read_all_stats who builds it: "
     "SELECT * FROM pg_stat_progress_create_index; and its state"},
    {"index invalid", Effect::partial, "index {0} exists and is invalid", ""},
    {"reindex remains", Effect::partial, "index {0} is left of a REINDEX CONCURRENTLY that did not end", ""},
    {"reindex remains of others", Effect::absent,
     "index {0} is left of a REINDEX CONCURRENTLY that did not end, and this role may not drop it", ""},
    {"detached", Effect::present, "{0} is detached", "", Effect::present},
    {"detach pending", Effect::partial, "{0} is half detached", "", Effect::present},
    {"detach was pending", Effect::unknown, "{0} was half detached before the statement",
     "see who detaches it; ALTER TABLE … DETACH PARTITION … FINALIZE ends it"},
    {"repeatable", Effect::absent, "{0} may be repeated", ""},
    {"nothing to drop", Effect::present, "{0} did not exist before the statement", ""},
    {"was not there", Effect::absent, "{0} did not exist before the statement", ""},
    {"was there", Effect::absent, "{0} existed before the statement", ""},
    {"not there", Effect::absent, "{0} does not exist", ""},
    {"still there", Effect::absent, "{0} still exists", ""},
    {"created", Effect::present, "{0} exists", ""},
    {"dropped", Effect::present, "{0} does not exist any more", ""},
    {"another one", Effect::unknown, "{0} is another one than before the statement", "see who made it"},
    {"there though refused", Effect::unknown, "{0} exists, and the server refused to make it",
     "see who made it"},
    {"slot may be left", Effect::unknown, "{0} does not exist; its slot may be left on the publisher",
     "drop the slot on the publisher, if it is there (pg_replication_slots)"},
    {"ended as wanted", Effect::present, "{0} was ended as the statement wants", ""},
    {"ended otherwise", Effect::unknown, "{0} is gone, and was not seen to end as the statement wants",
     "see how it ended"},
});

// Errors name the purpose: the query itself would hide what the server says.
void require_done(const PGresult* result, const Session& session) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw bookkeeping_error(result, session.error_style(), "look into the catalogue");
}

// A pipeline outside of a block is a transaction of its own, so the settings end with it.
ResultPointer ask_pinned(Session& session, std::string_view sql, std::vector<spi::Value> values,
                         const spi::Wait& wait) {
    const std::array<spi::BoundStatement, 2> statements{
        spi::BoundStatement{std::string(kPinSettings), {}},
        spi::BoundStatement{std::string(sql), std::move(values)}};
    std::vector<ResultPointer> results = session.run_pipeline(statements, wait);
    for (const ResultPointer& result : results)
        require_done(result.get(), session);
    return std::move(results.back());
}

ResultPointer run_checked(Session& session, std::string sql, std::vector<spi::Value> values,
                          const spi::Wait& wait) {
    const spi::BoundStatement statement{std::move(sql), std::move(values)};
    ResultPointer result = session.run(statement, wait);
    require_done(result.get(), session);
    return result;
}

spi::Value first_value(const PGresult* result) {
    if (PQntuples(result) == 0 || PQgetisnull(result, 0, 0) != 0)
        return std::nullopt;
    return std::string(text_at(result, 0, 0));
}

void resolve(Session& session, NameOf what, const std::vector<spi::Value>& names, const spi::Wait& wait,
             std::vector<spi::Value>& oids) {
    for (const spi::Value& name : names) {
        if (!name) {
            oids.emplace_back();
            continue;
        }
        oids.push_back(first_value(run_checked(session, name_query(what), {name}, wait).get()));
    }
}

// Without a word of the statement an index is made in default_tablespace, and one of a temporary table in
// temp_tablespaces: here they are the same.
constexpr std::string_view kSameTablespace = R"sql(
SELECT pg_catalog.set_config('temp_tablespaces', coalesce(pg_catalog.quote_ident(nullif(
           pg_catalog.current_setting('default_tablespace'), '')), ''), true)
)sql";

// Has the server make the same index on an empty model of the table, in a transaction that is rolled back,
// and returns its shape. The statement's own settings hold while it is made.
spi::Value shape_at(Session& session, ModelPlace place, const EffectStatement& statement,
                    const spi::Value& table, const spi::Wait& wait) {
    const ResultPointer model =
        ask_pinned(session, model_query(place), {table, statement.unique ? "true" : "false"}, wait);
    if (PQntuples(model.get()) == 0)
        return std::nullopt;
    const RollbackGuard guard(session);
    run_checked(session, "BEGIN", {}, wait);
    run_checked(session, std::string(kSameTablespace), {}, wait);
    run_checked(session, std::string(text_at(model.get(), 0, 0)), {}, wait);
    run_checked(session, std::string(text_at(model.get(), 0, 2)) + statement.rest, {}, wait);
    run_checked(session, std::string(kPinSettings), {}, wait);
    const ResultPointer shape =
        run_checked(session, model_shape_query(), {std::string(text_at(model.get(), 0, 1))}, wait);
    return first_value(shape.get());
}

bool only_refused(const Error& error) {
    return error.code() == ErrorCode::bookkeeping_failed;
}

// A statement that the server will refuse has no shape; nor has one where this role may make no table at all.
spi::Value find_shape(Session& session, const EffectStatement& statement, const spi::Value& table,
                      const spi::Wait& wait) {
    for (const ModelPlace place : {ModelPlace::temporary, ModelPlace::beside}) {
        try {
            return shape_at(session, place, statement, table, wait);
        } catch (const Error& error) {
            if (!only_refused(error))
                throw;
        }
    }
    return std::nullopt;
}

std::string make_note(Session& session, const EffectStatement& statement, const spi::Wait& wait) {
    std::vector<spi::Value> values;
    resolve(session, NameOf::relation, statement.relations, wait, values);
    resolve(session, NameOf::type, statement.types, wait, values);
    spi::Value shape;
    if (statement.kind == EffectKind::create_index && values.front())
        shape = find_shape(session, statement, values.front(), wait);
    values.insert(values.end(), statement.values.begin(), statement.values.end());
    if (statement.kind == EffectKind::create_index)
        values.push_back(std::move(shape));
    const ResultPointer note = ask_pinned(session, note_query(statement.kind), std::move(values), wait);
    return first_value(note.get()).value_or("");
}

spi::Finding read_row(const PGresult* result, int row) {
    spi::Finding finding;
    const std::string_view name = text_at(result, row, 0);
    const auto verdict = std::find_if(kVerdicts.begin(), kVerdicts.end(),
                                      [name](const Verdict& known) { return known.name == name; });
    if (verdict == kVerdicts.end()) {
        finding.facts = fmt::format("the journal's note is not understood: {}", name);
        return finding;
    }
    finding.effect = verdict->effect;
    finding.facts =
        fmt::format(fmt::runtime(verdict->facts), text_at(result, row, 1), text_at(result, row, 2));
    finding.after_repair = verdict->after_repair;
    if (finding.effect == Effect::unknown) {
        finding.look_at = verdict->look;
        if (const std::string_view query = text_at(result, row, 3); !query.empty())
            finding.look_at.append(": ").append(query);
    }
    if (finding.effect == Effect::partial)
        finding.repair.emplace_back(text_at(result, row, 4));
    return finding;
}

// Of several remains the one that stops decides: all are to be repaired, or none.
int weight(Effect effect) {
    switch (effect) {
        case Effect::running:
            return 4;
        case Effect::unknown:
            return 3;
        case Effect::partial:
            return 2;
        case Effect::absent:
            return 1;
        case Effect::present:
            break;
    }
    return 0;
}

spi::Finding read_finding(const PGresult* result) {
    spi::Finding whole;
    for (int row = 0; row < PQntuples(result); ++row) {
        spi::Finding part = read_row(result, row);
        if (row == 0) {
            whole = std::move(part);
            continue;
        }
        whole.facts.append("; ").append(part.facts);
        whole.repair.insert(whole.repair.end(), part.repair.begin(), part.repair.end());
        if (weight(part.effect) > weight(whole.effect)) {
            whole.effect = part.effect;
            whole.look_at = part.look_at;
        }
    }
    if (whole.effect != Effect::partial)
        whole.repair.clear();
    return whole;
}

// Whether the catalogue shows that a statement of this kind succeeded.
bool shows_success(EffectKind kind) {
    return kind != EffectKind::reindex && kind != EffectKind::repeatable && kind != EffectKind::subscription;
}

}  // namespace

spi::Intent note_intent(Session& session, const spi::StatementView& statement, const spi::Wait& wait) {
    const EffectStatement read = read_effect_statement(statement);
    spi::Intent intent;
    intent.queues_others = read.queues_others;
    if (read.kind == EffectKind::none)
        return intent;
    try {
        intent.note = make_note(session, read, wait);
    } catch (const Error& error) {
        if (!only_refused(error))
            throw;
    }
    if (intent.note.size() > kNoteLimit)
        intent.note.clear();
    return intent;
}

spi::Finding find_effect(Session& session, std::string_view note, spi::Ending ending, const spi::Wait& wait) {
    const spi::Value noted{std::string(note)};
    const spi::Value ended{ending == spi::Ending::refused ? "refused" : "lost"};
    try {
        const EffectKind kind =
            kind_named(first_value(ask_pinned(session, kReadKind, {noted}, wait).get()).value_or(""));
        if (kind == EffectKind::none)
            return {Effect::unknown, "the journal's note is not understood", "the journal's row", {}, {}};
        const std::string query = find_query(kind);
        spi::Finding finding = read_finding(ask_pinned(session, query, {noted, ended}, wait).get());
        // The catalogue is read before the builders are, and one of them may have come to its end in between:
        // only what is still invalid after no builder was seen is left over.
        if (finding.effect == Effect::partial)
            finding = read_finding(ask_pinned(session, query, {noted, ended}, wait).get());
        // The server's word is enough for what the catalogue does not show.
        if (ending == spi::Ending::completed && !shows_success(kind) && finding.effect != Effect::partial)
            finding.effect = Effect::present;
        return finding;
    } catch (const Error& error) {
        if (!only_refused(error))
            throw;
        return {Effect::unknown,
                fmt::format("the catalogue could not be read: {}", error.what()),
                "the catalogue, with a role that may read it",
                {},
                {}};
    }
}

}  // namespace aether::migrate::postgres

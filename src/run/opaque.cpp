// SPDX-License-Identifier: MIT
// Runs what is one segment that nobody can look into.
#include "opaque.hpp"

#include <string>

#include "../history/journal.hpp"
#include "../history/transaction.hpp"
#include "bare.hpp"
#include "body.hpp"
#include "script.hpp"

namespace aether::migrate::run {

namespace {

using spi::StatementKind;

std::optional<SendFailure> finish(const StepContext& context, Record& record, Progress& progress) {
    history::Transaction transaction(context.connection, record.finishing());
    progress.finish(transaction, progress.entry());
    return std::nullopt;
}

}  // namespace

std::optional<SendFailure> run_whole(const StepContext& context, const CheckedStep& step, Record& record,
                                     Progress& progress) {
    const std::string path = context.source.path_of(step.plan.file);
    ScriptReader reader(context.source, step.plan.file, context.connection.dialect());
    std::string text;
    Piece whole;
    Piece piece;
    while (reader.next(piece)) {
        for (const sql::Statement& statement : piece.statements) {
            whole.statements.push_back(
                {text.size() + statement.begin, text.size() + statement.end, statement.kind, statement.what});
        }
        text.append(piece.text);
    }
    if (reader.checksum() != step.facts.checksum)
        refuse_changed_file(path);
    whole.text = text;
    if (progress.entry().statements_done == 0) {
        const sql::Statement statement{0, text.size(), StatementKind::controls_transaction, ""};
        const BareText all{whole, statement, text, history::chain("", text), whole.statements.size()};
        if (std::optional<SendFailure> failure = run_bare(context, step, record, progress, all))
            return failure;
    }
    return finish(context, record, progress);
}

std::optional<SendFailure> run_function(const StepContext& context, const CheckedStep& step, Record& record,
                                        Progress& progress) {
    if (progress.entry().statements_done == 0) {
        const Piece nothing;
        const sql::Statement function{0, 0, StatementKind::controls_transaction, "C++ function"};
        const BareText body{nothing, function, "", history::chain("", step.facts.checksum), 1};
        if (std::optional<SendFailure> failure = run_bare(context, step, record, progress, body))
            return failure;
    }
    return finish(context, record, progress);
}

}  // namespace aether::migrate::run

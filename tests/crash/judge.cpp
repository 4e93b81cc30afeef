// SPDX-License-Identifier: MIT
// Says where what is recorded differs from what is applied, and from what a run reported.
#include "judge.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>

namespace aether::migrate::crash {

namespace {

std::string words(const RowPicture& row) {
    return std::to_string(row.version) + (row.dirty ? " dirty" : " clean");
}

std::string words(const Picture& picture) {
    std::string text = picture.rows.empty() ? "no row" : "row";
    for (const RowPicture& row : picture.rows) {
        text += " " + words(row);
    }
    if (picture.journal) {
        text += ", journal of " + std::to_string(picture.journal->version) + ": " +
                std::to_string(picture.journal->done) + " done, " + picture.journal->state;
    }
    return text;
}

std::string words(const EventPicture& event) {
    return std::to_string(event.version) + " " + event.event + " " + event.direction + " " + event.rest;
}

std::int64_t number(const std::optional<Version>& version) {
    return version ? version->number : -1;
}

class Records {
public:
    Records(const Ground& ground, const Folder& folder, const Picture& picture)
        : ground_(ground), folder_(folder), picture_(picture) {}

    Violations judge() {
        judge_history();
        if (picture_.rows.size() > 1)
            add("golang-migrate can't read it: " + words(picture_));
        const bool dirty = !picture_.rows.empty() && picture_.rows.front().dirty;
        if (dirty)
            judge_journal();
        else if (picture_.journal)
            add("a journal beside a clean version: " + words(picture_));
        if (!found_.empty())
            return found_;
        judge_applied(dirty);
        if (!dirty && !picture_.invalid.empty())
            add("an invalid index beside a clean version: " + picture_.invalid.front());
        return found_;
    }

private:
    void add(std::string violation) { found_.push_back(std::move(violation)); }

    // Each version is applied and reverted in turn, by events of ours alone.
    void judge_history() {
        for (const EventPicture& event : picture_.events) {
            const bool applies = !applied_.contains(event.version);
            if (event.event != (applies ? "applied" : "reverted") ||
                event.direction != (applies ? "up" : "down"))
                add("an event that can't be: " + words(event));
            if (applies) {
                applied_.insert(event.version);
            } else {
                applied_.erase(event.version);
            }
        }
    }

    std::int64_t below(std::int64_t version) const {
        std::int64_t found = -1;
        for (const Migration& migration : folder_) {
            if (migration.version < version)
                found = std::max(found, migration.version);
        }
        return found;
    }

    void judge_journal() {
        if (!picture_.journal) {
            add("a dirty row without a journal: " + words(picture_));
            return;
        }
        const JournalPicture& journal = *picture_.journal;
        if (!journal.same_write)
            add("row and journal are of different transactions: " + words(picture_));
        const std::int64_t lower = below(journal.version);
        const bool up = journal.direction == Direction::up;
        if (journal.from != (up ? lower : journal.version) ||
            journal.leads_to != (up ? journal.version : lower) ||
            picture_.rows.front().version != journal.leads_to)
            add("the journal leads from " + std::to_string(journal.from) + " to " +
                std::to_string(journal.leads_to) + ": " + words(picture_));
    }

    void judge_applied(bool dirty) {
        ask_marks();
        // The version under way still counts as it did before.
        std::int64_t current = picture_.rows.empty() ? -1 : picture_.rows.front().version;
        if (dirty)
            current = picture_.journal->from;
        for (const Migration& migration : folder_) {
            const bool applied = migration.version <= current;
            if (applied != applied_.contains(migration.version))
                add(words(picture_) + ", but the history says that " + std::to_string(migration.version) +
                    " is " + (applied ? "not " : "") + "applied");
            if (dirty && migration.version == picture_.journal->version) {
                judge_under_way(migration);
            } else {
                judge_half(migration.version, migration.up, applied ? migration.up.size() : 0, std::nullopt);
                judge_half(migration.version, migration.down, applied ? 0 : migration.down.size(),
                           std::nullopt);
            }
        }
    }

    void ask_marks() {
        std::vector<std::string> marks;
        for (const Migration& migration : folder_) {
            for (const auto* half : {&migration.up, &migration.down}) {
                for (const Statement& statement : *half) {
                    marks.push_back(statement.mark.empty() ? "NULL" : statement.mark);
                }
            }
        }
        const std::vector<bool> answers = ground_.ask(marks);
        auto answer = answers.begin();
        for (const Migration& migration : folder_) {
            for (const auto* half : {&migration.up, &migration.down}) {
                for (const Statement& statement : *half) {
                    seen_[&statement] = *answer++;
                }
            }
        }
    }

    // What the journal calls done is there, and nothing else but a bare statement in flight.
    void judge_under_way(const Migration& migration) {
        const JournalPicture& journal = *picture_.journal;
        const std::vector<Statement>& statements = migration.half(journal.direction);
        const bool flies = journal.state != "between";
        if (journal.done > statements.size() || (flies && journal.done == statements.size())) {
            add("the journal counts more statements than there are: " + words(picture_));
            return;
        }
        judge_half(migration.version, statements, journal.done,
                   flies ? std::optional(journal.done) : std::nullopt);
    }

    void judge_half(std::int64_t version, const std::vector<Statement>& statements, std::size_t done,
                    const std::optional<std::size_t>& in_flight) {
        for (std::size_t at = 0; at < statements.size(); ++at) {
            const Statement& statement = statements[at];
            if (statement.mark.empty() || (at == in_flight && statement.place == Place::bare))
                continue;
            if (seen_[&statement] != (at < done))
                add(words(picture_) + ", but a statement of version " + std::to_string(version) + " is " +
                    (at < done ? "not " : "") + "applied: " + statement.sql);
        }
    }

    const Ground& ground_;
    const Folder& folder_;
    const Picture& picture_;
    std::set<std::int64_t> applied_;         // by the history
    std::map<const Statement*, bool> seen_;  // by the schema
    Violations found_;
};

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// The number behind some words; nothing when they are not there.
std::optional<std::int64_t> number_after(const std::string& text, std::string_view words_before) {
    const std::size_t found = text.find(words_before);
    if (found == std::string::npos)
        return std::nullopt;
    return std::stoll(text.substr(found + words_before.size()));
}

bool is(const Picture& picture, const RowPicture& wanted) {
    if (wanted == RowPicture{})
        return picture.rows.empty();
    return picture.rows == std::vector<RowPicture>{wanted};
}

// The words of ErrorDetails::state, as the engine writes them.
bool contradicts(const std::string& state, const Picture& picture) {
    if (const auto version = number_after(state, "the database is at version "))
        return !is(picture, {*version, false});
    if (holds(state, "the database is at no version, clean"))
        return !is(picture, {});
    const bool has_journal = picture.journal.has_value();
    if (const auto version = number_after(state, "marked dirty at version ");
        version && !is(picture, {*version, true}))
        return true;
    if (holds(state, "the first of the "))
        return !has_journal || picture.journal->done != 1;
    if (const auto count = number_after(state, "the first ");
        count && holds(state, "statements of this file"))
        return !has_journal || picture.journal->done != static_cast<std::size_t>(*count);
    // The last one may be bare: its end is recorded together with the file's.
    if (const auto count = number_after(state, "all "); count && holds(state, "statements of this file"))
        return !has_journal || picture.journal->done + (picture.journal->state == "intended" ? 1 : 0) !=
                                   static_cast<std::size_t>(*count);
    if (const auto line = number_after(state, "the statement in line "))
        return !has_journal || picture.journal->state != "intended" ||
               picture.journal->next_line != static_cast<std::size_t>(*line);
    return false;
}

// What it called durable is in the history, in this order; and no more than one step was durable unsaid.
void judge_steps(const Account& account, const Picture& before, const Picture& picture, Violations& found) {
    const std::size_t first = before.events.size();
    for (std::size_t at = 0; at < account.finished.size(); ++at) {
        const StepReport& step = account.finished[at];
        if (first + at >= picture.events.size() ||
            picture.events[first + at].version != step.version.number ||
            picture.events[first + at].direction != name_of(step.direction))
            found.push_back("the run said that " + std::string(name_of(step.direction)) + " of " +
                            to_string(step.version) + " is done; the history does not");
    }
    if (account.report && account.report->steps.size() != account.finished.size())
        found.emplace_back("the run reported other steps than it told while it ran");
    if (account.report && picture.events.size() != first + account.finished.size())
        found.emplace_back("the run reported fewer steps than the history has");
    if (picture.events.size() > first + account.finished.size() + 1)
        found.emplace_back("several steps are in the history that the run did not tell of");
}

}  // namespace

Violations judge_records(const Ground& ground, const Folder& folder, const Picture& picture) {
    return Records(ground, folder, picture).judge();
}

Violations judge_words(const ErrorDetails& error, const Picture& picture) {
    if (!contradicts(error.state, picture))
        return {};
    return {"the run said \"" + error.state + "\", but " + words(picture)};
}

Violations judge_account(const Account& account, const Picture& before, const Picture& picture) {
    Violations found;
    if (account.report && !is(picture, {number(account.report->state.version), account.report->state.dirty}))
        found.push_back("the run reported version " + to_string(account.report->state.version) + ", but " +
                        words(picture));
    if (account.told == Told::failure) {
        found = judge_words(account.error, picture);
        if (account.error.code != ErrorCode::connection_failed &&
            account.error.code != ErrorCode::outcome_unknown)
            found.push_back("the run said that it failed for another reason: " + account.error.message);
    }
    judge_steps(account, before, picture, found);
    return found;
}

Violations compare(const Picture& wanted, const Picture& found, Events events) {
    Violations differences;
    const auto note = [&differences](std::string_view what, const std::string& was, const std::string& is) {
        if (was != is)
            differences.push_back("not as undisturbed: " + std::string(what) + " {" + is + "} instead of {" +
                                  was + "}");
    };
    const auto list = [events](const Picture& picture) {
        std::string text;
        std::map<std::int64_t, std::string> last;
        for (const EventPicture& event : picture.events) {
            text += words(event) + "\n";
            last[event.version] = words(event);
        }
        if (events == Events::all)
            return text;
        text.clear();
        for (const auto& [version, event] : last) {
            text += event + "\n";
        }
        return text;
    };
    note("row and journal", words(wanted), words(found));
    note("history", list(wanted), list(found));
    note("schema", wanted.schema, found.schema);
    note("content", wanted.content, found.content);
    note("locks", std::to_string(wanted.locks), std::to_string(found.locks));
    return differences;
}

}  // namespace aether::migrate::crash

// SPDX-License-Identifier: MIT
// Selects the checks and runs each in a process and on a database of its own.
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/conformance.hpp>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "process.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

/// One check of this subject, ready to run.
struct Entry {
    std::string name;
    std::function<void(Trial&)> run;
};

std::vector<Entry> entries_of(const Subject& subject) {
    std::vector<Entry> entries;
    for (const auto list : {session_checks, value_checks, name_checks, script_checks, transaction_checks,
                            lock_checks, lock_proof_checks, look_checks, history_checks, resume_checks,
                            stop_checks, drop_checks, lexical_checks}) {
        for (const Check& check : list()) {
            entries.push_back({std::string(check.name), check.run});
        }
    }
    for (const StatementSample& sample : subject.statements) {
        entries.push_back({"statement_" + sample.name, [&](Trial& trial) { try_statement(trial, sample); }});
        entries.push_back({"effect_" + sample.name, [&](Trial& trial) { try_effect(trial, sample); }});
    }
    return entries;
}

bool fits(std::string_view name, std::string_view pattern) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos)
        return name == pattern;
    if (!name.starts_with(pattern.substr(0, star)))
        return false;
    name.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    for (std::size_t skipped = 0; skipped <= name.size(); ++skipped) {
        if (fits(name.substr(skipped), pattern))
            return true;
    }
    return false;
}

bool is_selected(std::string_view name, std::string_view filter) {
    while (true) {
        const std::size_t end = filter.find(':');
        if (fits(name, filter.substr(0, end)))
            return true;
        if (end == std::string_view::npos)
            return false;
        filter.remove_prefix(end + 1);
    }
}

/// A folder for the migration files of one check.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "aether-conformance-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw Error(ErrorCode::internal, "no temporary folder can be made at " + name);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

constexpr char kPassed = 'p';
constexpr char kFailed = 'f';
constexpr char kNotApplicable = 'n';

std::string describe(const Error& error) {
    std::string text = fmt::format("{}: {}", name_of(error.code()), error.what());
    for (const std::string* more : {&error.details().state, &error.details().detail, &error.details().hint}) {
        if (!more->empty())
            text += fmt::format("; {}", *more);
    }
    return text;
}

// Returns the answer that goes to the parent: a letter and the reason.
std::string answer_of(const Entry& entry, Trial& trial) {
    try {
        entry.run(trial);
    } catch (const Ending& ending) {
        const char letter = ending.outcome() == Outcome::not_applicable ? kNotApplicable : kFailed;
        return letter + std::string(ending.what());
    } catch (const Error& error) {
        return kFailed + std::string("an unexpected Error: ") + describe(error);
    } catch (const std::exception& error) {
        return kFailed + std::string("an exception that is no Error: ") + error.what();
    }
    return std::string(1, kPassed);
}

void judge(Result& result, const Subject& subject, const Entry& entry, const Database& database,
           std::chrono::seconds limit) {
    const Folder folder;
    Process process([&](Line& line) {
        Trial trial(subject, database, folder.path() / "files");
        line.send(answer_of(entry, trial));
    });
    const std::optional<std::string> answer =
        process.line().receive_all(std::chrono::steady_clock::now() + limit);
    const int status = process.kill();
    if (!answer) {
        result = {entry.name, Outcome::failed, fmt::format("not over after {} s", limit.count()), {}};
    } else if (answer->empty()) {
        result = {entry.name, Outcome::failed, "its process died: " + describe_status(status), {}};
    } else {
        result.outcome = answer->front() == kPassed          ? Outcome::passed
                         : answer->front() == kNotApplicable ? Outcome::not_applicable
                                                             : Outcome::failed;
        result.why = answer->substr(1);
    }
}

Result run_one(const Subject& subject, const Entry& entry, std::chrono::seconds limit) {
    Result result;
    result.name = entry.name;
    const auto start = std::chrono::steady_clock::now();
    try {
        const Database database = subject.make_database(entry.name);
        judge(result, subject, entry, database, limit);
        if (subject.remove_database)
            subject.remove_database(database);
    } catch (const std::exception& error) {
        result.outcome = Outcome::failed;
        result.why = fmt::format("the database could not be made or removed: {}", error.what());
    }
    result.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    return result;
}

}  // namespace

std::vector<std::string> check_names(const Subject& subject) {
    std::vector<std::string> names;
    for (const Entry& entry : entries_of(subject)) {
        names.push_back(entry.name);
    }
    return names;
}

std::vector<Result> run(const Subject& subject, const Selection& selection) {
    if (subject.driver == nullptr || subject.driver->open == nullptr || !subject.make_database)
        throw Error(ErrorCode::invalid_argument, "the subject has no driver or can't make databases");
    std::vector<Result> results;
    for (const Entry& entry : entries_of(subject)) {
        if (!is_selected(entry.name, selection.filter))
            continue;
        results.push_back(run_one(subject, entry, selection.limit));
        if (selection.finished)
            selection.finished(results.back());
    }
    if (results.empty())
        throw Error(ErrorCode::invalid_argument, fmt::format("no check fits \"{}\"", selection.filter));
    return results;
}

std::string to_line(const Result& result) {
    constexpr std::array<std::string_view, 3> kWords{"passed", "failed", "not applicable"};
    return fmt::format("{:<14}  {}{}{}", kWords.at(static_cast<std::size_t>(result.outcome)), result.name,
                       result.why.empty() ? "" : ": ", result.why);
}

}  // namespace aether::migrate::conformance

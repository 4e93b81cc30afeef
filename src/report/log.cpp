// SPDX-License-Identifier: MIT
// What happens during an operation, as records for a program's own log.
#include <aether/migrate/log.hpp>

#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <aether/migrate/text.hpp>

#include "../base/utf8.hpp"

namespace aether::migrate {

namespace {

using std::chrono::microseconds;

std::string_view name_of_mode(StepMode mode) noexcept {
    switch (mode) {
        case StepMode::transaction:
            return "transaction";
        case StepMode::bare:
            return "bare";
        case StepMode::version_only:
            return "version_only";
    }
    return "";
}

LogRecord make_record(LogLevel level, std::string event, std::string message) {
    return {std::chrono::system_clock::now(), level, std::move(event), std::move(message), {}};
}

void add(LogRecord& record, std::string_view name, std::string_view text) {
    if (!text.empty())
        record.fields.push_back({std::string(name), std::string(text)});
}

void add_number(LogRecord& record, std::string_view name, std::int64_t number) {
    record.fields.push_back({std::string(name), number});
}

void add_step(LogRecord& record, const StepReport& step) {
    add_number(record, "version", step.version.number);
    add(record, "direction", name_of(step.direction));
    add(record, "title", step.title);
    add(record, "file", step.file);
}

void append_json(std::string& json, std::string_view text) {
    json += '"';
    for (std::size_t at = 0; at < text.size();) {
        const DecodedCharacter character = decode_character(text, at);
        const std::string_view bytes = text.substr(at, character.size);
        at += character.size;
        if (character.code == U'"' || character.code == U'\\') {
            json.append("\\").append(bytes);
        } else if (character.code == U'\n') {
            json += "\\n";
        } else if (character.code < 0x20) {
            json += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code));
        } else if (character.code == U'\uFFFD') {
            json += "\\ufffd";
        } else {
            json += bytes;
        }
    }
    json += '"';
}

void append_member(std::string& json, std::string_view name, std::string_view text) {
    json += json.empty() ? "{" : ",";
    append_json(json, name);
    json += ':';
    append_json(json, text);
}

std::string in_iso_8601(std::chrono::system_clock::time_point moment) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       std::chrono::duration_cast<microseconds>(moment - seconds).count());
}

}  // namespace

std::string_view name_of(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    return "";
}

LogRecord log_record(const Error& error) {
    const ErrorDetails& details = error.details();
    LogRecord record = make_record(LogLevel::error, "error", details.message);
    add(record, "code", name_of(details.code));
    add(record, "file", details.where.file);
    if (details.where.line > 0) {
        add_number(record, "line", static_cast<std::int64_t>(details.where.line));
        add_number(record, "column", static_cast<std::int64_t>(details.where.column));
    }
    add(record, "sqlstate", details.sqlstate);
    add(record, "detail", details.detail);
    add(record, "hint", details.hint);
    add(record, "state", details.state);
    add(record, "next", details.next);
    return record;
}

std::string to_json(const LogRecord& record) {
    std::string json;
    append_member(json, "time", in_iso_8601(record.time));
    append_member(json, "level", name_of(record.level));
    append_member(json, "event", record.event);
    append_member(json, "message", record.message);
    for (const LogField& field : record.fields) {
        if (const std::string* text = std::get_if<std::string>(&field.value)) {
            append_member(json, field.name, *text);
        } else {
            json += ',';
            append_json(json, field.name);
            json += fmt::format(":{}", std::get<std::int64_t>(field.value));
        }
    }
    return json + "}";
}

LogObserver::LogObserver(std::function<void(const LogRecord&)> sink) : sink_(std::move(sink)) {}

void LogObserver::on_step_started(const StepReport& step) {
    LogRecord record = make_record(LogLevel::info, "step_started", "running " + label_of(step));
    add_step(record, step);
    add(record, "mode", name_of_mode(step.mode));
    sink_(record);
}

void LogObserver::on_step_finished(const StepReport& step) {
    LogRecord record = make_record(LogLevel::info, "step_finished", "finished " + to_text(step));
    add_step(record, step);
    add(record, "mode", name_of_mode(step.mode));
    add_number(record, "statements", static_cast<std::int64_t>(step.statements));
    add_number(record, "read_microseconds", std::chrono::duration_cast<microseconds>(step.read).count());
    add_number(record, "ran_microseconds", std::chrono::duration_cast<microseconds>(step.ran).count());
    sink_(record);
}

void LogObserver::on_waiting_for_lock(const std::optional<spi::LockHolder>& holder,
                                      std::chrono::seconds waited) {
    LogRecord record =
        make_record(LogLevel::info, "waiting_for_lock", "another process holds the migration lock");
    add_number(record, "waited_seconds", waited.count());
    if (holder) {
        if (holder->pid != 0)
            add_number(record, "pid", holder->pid);
        add(record, "user", holder->user);
        add(record, "application", holder->application);
        add(record, "client", holder->client);
    }
    sink_(record);
}

void LogObserver::on_blocked(const std::vector<spi::Blocker>& blockers) {
    if (blockers.empty())
        sink_(make_record(LogLevel::warning, "blocked", "waiting for a lock: who holds it can't be seen"));
    for (const spi::Blocker& blocker : blockers) {
        LogRecord record =
            make_record(LogLevel::warning, "blocked", "waiting for a lock: " + to_text(blocker));
        if (blocker.pid != 0)
            add_number(record, "pid", blocker.pid);
        add(record, "user", blocker.user);
        add(record, "application", blocker.application);
        add(record, "state", blocker.state);
        add(record, "age", blocker.age);
        sink_(record);
    }
}

void LogObserver::on_trying_again(const StepReport& step, const ErrorDetails& why, std::size_t tries,
                                  std::chrono::milliseconds pause) {
    LogRecord record = make_record(LogLevel::warning, "trying_again",
                                   fmt::format("trying {} again: {}", label_of(step), why.message));
    add_step(record, step);
    add(record, "why", why.message);
    add(record, "sqlstate", why.sqlstate);
    add_number(record, "tries", static_cast<std::int64_t>(tries));
    add_number(record, "pause_milliseconds", pause.count());
    sink_(record);
}

void LogObserver::on_notice(const spi::Notice& notice) {
    LogRecord record = make_record(LogLevel::debug, "notice", notice.message);
    add(record, "severity", notice.severity);
    add(record, "detail", notice.detail);
    add(record, "hint", notice.hint);
    sink_(record);
}

void LogObserver::on_warning(std::string_view text) {
    sink_(make_record(LogLevel::warning, "warning", std::string(text)));
}

}  // namespace aether::migrate

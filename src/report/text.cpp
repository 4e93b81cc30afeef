// SPDX-License-Identifier: MIT
// Errors and reports as text for people, in golang-migrate's forms where it has one.
#include <aether/migrate/text.hpp>

#include <string_view>

#include <fmt/format.h>

#include "go_duration.hpp"

namespace aether::migrate {

namespace {

void add_lines(std::string& text, std::string_view label, std::string_view value) {
    if (value.empty())
        return;
    text.append("\n  ").append(label);
    for (const char character : value) {
        text.push_back(character);
        if (character == '\n')
            text.append("  ");
    }
}

}  // namespace

std::string to_text(const Error& error) {
    const ErrorDetails& details = error.details();
    std::string text = details.message;
    if (details.where.line > 0) {
        add_lines(text, "at ",
                  fmt::format("{}:{}:{}", details.where.file, details.where.line, details.where.column));
    } else {
        add_lines(text, "at ", details.where.file);
    }
    add_lines(text, "", details.excerpt);
    add_lines(text, "SQLSTATE ", details.sqlstate);
    add_lines(text, "detail: ", details.detail);
    add_lines(text, "hint: ", details.hint);
    add_lines(text, "context: ", details.context);
    add_lines(text, "state: ", details.state);
    add_lines(text, "next: ", details.next);
    return text;
}

std::string label_of(const StepReport& step) {
    return fmt::format("{}/{} {}", step.version.number, step.direction == Direction::up ? 'u' : 'd',
                       step.file.empty() ? "<empty>" : step.title);
}

std::string to_text(const StepReport& step) {
    return fmt::format("{} ({})", label_of(step), to_text(step.read + step.ran));
}

std::string to_text(std::chrono::nanoseconds duration) {
    return go_duration(duration);
}

}  // namespace aether::migrate

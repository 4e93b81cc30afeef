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

// What other sessions call themselves and run reaches a terminal or a log: no line end, no control character.
std::string in_one_line(std::string_view text) {
    std::string line;
    bool blank = false;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte <= 0x20 || byte == 0x7f) {
            blank = !line.empty();
            continue;
        }
        if (blank)
            line.push_back(' ');
        blank = false;
        line.push_back(character);
    }
    return line;
}

std::string name_of(const spi::Blocker& blocker) {
    switch (blocker.kind) {
        case spi::BlockerKind::session:
            return fmt::format("pid {}", blocker.pid);
        case spi::BlockerKind::autovacuum:
            return fmt::format("pid {}, an autovacuum", blocker.pid);
        case spi::BlockerKind::wraparound_vacuum:
            return fmt::format("pid {}, an autovacuum against wraparound, which never yields", blocker.pid);
        case spi::BlockerKind::prepared_transaction:
            return fmt::format("the prepared transaction {}", in_one_line(blocker.query));
    }
    return {};
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

// The role may see only some of it.
std::string to_text(const spi::LockHolder& holder) {
    if (holder.pid == 0)
        return holder.query;
    std::string parts = holder.application;
    if (!holder.user.empty())
        parts += fmt::format("{}{} from {}", parts.empty() ? "" : ", ", holder.user, holder.client);
    std::string text = fmt::format("pid {}", holder.pid);
    if (!parts.empty())
        text += fmt::format(" ({})", parts);
    if (!holder.age.empty())
        text += fmt::format(", {}", holder.age);
    if (!holder.query.empty())
        text += fmt::format("{}in: {}", holder.age.empty() ? ", " : " ", holder.query);
    return text;
}

std::string to_text(const spi::Blocker& blocker) {
    std::string text = name_of(blocker);
    const std::string user = in_one_line(blocker.user);
    const std::string client = in_one_line(blocker.client);
    if (!user.empty()) {
        text += fmt::format(" (user {}{}{})", user, client.empty() ? "" : ", ", client);
    }
    if (!blocker.application.empty())
        text += fmt::format(", application {}", in_one_line(blocker.application));
    if (!blocker.state.empty())
        text += fmt::format(", {}", in_one_line(blocker.state));
    if (!blocker.age.empty())
        text += fmt::format("{} for {}", blocker.state.empty() ? "," : "", in_one_line(blocker.age));
    if (!blocker.query.empty() && blocker.kind != spi::BlockerKind::prepared_transaction)
        text += fmt::format(": {}", in_one_line(blocker.query));
    return text;
}

std::string to_text(std::chrono::nanoseconds duration) {
    return go_duration(duration);
}

}  // namespace aether::migrate

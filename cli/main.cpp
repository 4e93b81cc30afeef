// SPDX-License-Identifier: MIT
// The program: global flags, then a command.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/migrate.hpp>
#include <aether/migrate/text.hpp>
#include <aether/migrate/url.hpp>

#include "args.hpp"
#include "commands/commands.hpp"
#include "context.hpp"
#include "terminal.hpp"
#include "usage.hpp"

namespace aether::migrate::cli {

namespace {

using Runner = int (*)(Context&, const ParsedFlags&);

constexpr std::array<std::pair<std::string_view, Runner>, 10> kRunners{{
    {"create", run_create},
    {"goto", run_goto},
    {"up", run_up},
    {"down", run_down},
    {"drop", run_drop},
    {"force", run_force},
    {"repair", run_repair},
    {"version", run_version},
    {"drivers", run_drivers},
    {"scratch", run_scratch},
}};

Runner runner_of(std::string_view name) {
    for (const auto& [command, runner] : kRunners) {
        if (command == name)
            return runner;
    }
    return nullptr;
}

std::string usage() {
    return program_usage({source_schemes(), database_schemes()});
}

int print_error(const Terminal& terminal, const Error& error, Context& context) {
    // golang-migrate's create prints a bad time zone without the prefix.
    const std::string_view message = error.what();
    const bool bare =
        message.starts_with("unknown time zone") || message.starts_with("time: invalid location name");
    terminal.line((bare ? "" : "error: ") + to_text(error));
    return error.code() == ErrorCode::cancelled ? context.signals().status_when_cut_off() : kFailure;
}

int run_command(const Command& command, const ParsedFlags& globals, const Terminal& terminal) {
    const std::vector<std::string> arguments(globals.arguments().begin() + 1, globals.arguments().end());
    const ParseOutcome outcome = command.flag_set().parse(arguments);
    if (const auto* fault = std::get_if<FlagError>(&outcome)) {
        terminal.text(fmt::format("{}\n{}", fault->message, command_usage(command)));
        return kUsageError;
    }
    if (std::holds_alternative<HelpRequest>(outcome)) {
        terminal.text(command_usage(command));
        return kSuccess;
    }
    const auto& flags = std::get<ParsedFlags>(outcome);
    if (flags.boolean("help")) {
        terminal.text(command_help(command));
        return kSuccess;
    }
    Context context(globals, terminal);
    try {
        return runner_of(command.name)(context, flags);
    } catch (const Error& error) {
        return print_error(terminal, error, context);
    }
}

int run(const std::vector<std::string>& arguments) {
    const ParseOutcome outcome = global_flags().parse(arguments);
    const Terminal plain(Verbosity::plain);
    if (const auto* fault = std::get_if<FlagError>(&outcome)) {
        plain.text(fmt::format("{}\n{}", fault->message, usage()));
        return kUsageError;
    }
    if (std::holds_alternative<HelpRequest>(outcome)) {
        plain.text(usage());
        return kSuccess;
    }
    const auto& globals = std::get<ParsedFlags>(outcome);
    if (globals.boolean("version")) {
        plain.line(library_version());
        return kSuccess;
    }
    if (globals.boolean("help")) {
        plain.text(usage());
        return kSuccess;
    }
    const Command* command =
        globals.arguments().empty() ? nullptr : find_command(globals.arguments().front());
    if (command == nullptr) {
        plain.text(usage());
        return kUsageError;
    }
    return run_command(*command, globals,
                       Terminal(globals.boolean("verbose") ? Verbosity::verbose : Verbosity::plain));
}

// A stream that the caller closed would become the next descriptor that is opened: answers would be read
// from, and messages written to, the database's socket.
void open_closed_streams() {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
        if (fcntl(stream, F_GETFD) < 0)
            (void)open("/dev/null", O_RDWR);  // the lowest free descriptor is this one
    }
}

// A password in an argument is readable by every user of the machine for as long as the process lives.
void hide_secrets(int count, char** values) {
    for (int index = 1; index < count; ++index) {
        const std::string_view argument = values[index];
        if (argument.find("://") == std::string_view::npos)
            continue;
        std::string shown = redact(argument);
        shown.resize(argument.size(), ' ');
        std::copy(shown.begin(), shown.end(), values[index]);
    }
}

}  // namespace

int run_program(int count, char** values) {
    open_closed_streams();
    const std::vector<std::string> arguments(values + 1, values + count);
    hide_secrets(count, values);
    return run(arguments);
}

}  // namespace aether::migrate::cli

int main(int count, char** values) {
    try {
        return aether::migrate::cli::run_program(count, values);
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "error: out of memory\n");
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
    }
    return aether::migrate::cli::kFailure;
}

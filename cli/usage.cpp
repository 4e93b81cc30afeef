// SPDX-License-Identifier: MIT
// The table of commands and the layout of the help texts.
#include "usage.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace aether::migrate::cli {
namespace {

constexpr Flag kHelp{"help", FlagType::boolean, "", "Print this text"};

constexpr std::array kGlobalFlags{
    Flag{"table-lock-timeout", FlagType::duration, "", ""},
    Flag{"retry-for", FlagType::duration, "", ""},
    Flag{"statement-timeout", FlagType::duration, "", ""},
    Flag{"idle-timeout", FlagType::duration, "", ""},
    Flag{"client-check-interval", FlagType::duration, "", ""},
    Flag{"path", FlagType::text, "", ""},
    Flag{"source", FlagType::text, "", ""},
    Flag{"database", FlagType::text, "", ""},
    Flag{"lock-timeout", FlagType::natural, "1800", ""},
    Flag{"prefetch", FlagType::natural, "10", ""},
    Flag{"verbose", FlagType::boolean, "", ""},
    Flag{"version", FlagType::boolean, "", ""},
    Flag{"help", FlagType::boolean, "", ""},
};

constexpr std::array kCreateFlags{
    kHelp,
    Flag{"ext", FlagType::text, "", "Extension of both files, as sql; must be given"},
    Flag{"dir", FlagType::text, "",
         "Directory for the files, made when missing; the working directory if not given"},
    Flag{"seq", FlagType::boolean, "", "Number the files one by one instead of by the time"},
    Flag{"digits", FlagType::integer, "6", "Width of a number made by -seq"},
    Flag{"format", FlagType::text, "20060102150405",
         "How the time becomes a version: a layout of Go's time package, unix (seconds) or unixNano;\n"
         "a layout that gives anything but digits makes files that no command reads"},
    Flag{"tz", FlagType::text, "UTC", "Zone of that time: a name as Europe/Berlin, UTC or Local"},
};

constexpr std::array kDownFlags{
    kHelp,
    Flag{"all", FlagType::boolean, "", "Undo everything without the question"},
};

constexpr std::array kDropFlags{
    kHelp,
    Flag{"f", FlagType::boolean, "", "Drop without the question"},
};

constexpr std::array kRepairFlags{
    kHelp,
    Flag{"explain", FlagType::boolean, "", "Only tell what is known and what would be done"},
    Flag{"applied", FlagType::boolean, "", "You looked: the statement that was cut off is applied"},
    Flag{"not-applied", FlagType::boolean, "", "You looked: nothing of that statement is there"},
};

constexpr std::array kHelpOnly{kHelp};

constexpr std::array kCommands{
    Command{"create", "create [-ext E] [-dir D] [-seq] [-digits N] [-format F] [-tz Z] NAME",
            "Make the two empty files of a new migration called NAME,\n"
            "VERSION_NAME.up.E and VERSION_NAME.down.E, in directory D.\n"
            "VERSION is the time (see -format and -tz), or with -seq\n"
            "the number after the largest one, N digits wide.",
            kCreateFlags},
    Command{"goto", "goto V", "Go up or down until V is the current version.", kHelpOnly},
    Command{"up", "up [N]", "Apply the next N migrations, or all that are left.", kHelpOnly},
    Command{"down", "down [N | -all]",
            "Undo the last N migrations, or all of them after a\nquestion; -all does not ask.", kDownFlags},
    Command{"drop", "drop [-f]",
            "Remove everything from the database's current schema\nafter a question; -f does not ask.",
            kDropFlags},
    Command{"force", "force V",
            "Record V as the current version, clean, and run nothing;\n-1 stands for no version. The way out "
            "of a dirty state.",
            kHelpOnly, DashDigit::argument},
    Command{"repair", "repair [-explain] [-applied | -not-applied]",
            "After a migration was cut off: find out what is applied\n"
            "of it and do what is certain, without running its file.\n"
            "-explain only tells. -applied and -not-applied answer\n"
            "what only a person can see.",
            kRepairFlags},
    Command{"version", "version", "Print the current version.", kHelpOnly},
    Command{"drivers", "drivers",
            "List the databases that can be opened: name, where the\n"
            "driver is, its client library, the URL schemes, its file;\n"
            "for a missing one the package to install.",
            kHelpOnly},
    Command{"scratch", "scratch list | url NAME | stop NAME | drop NAME",
            "Private PostgreSQL servers of this user, for trying out:\n"
            "list them, make or start one and print its URL, stop one,\n"
            "delete one with its data. -database scratch://NAME makes\n"
            "and starts one too.",
            kHelpOnly},
};

constexpr std::string_view kOptions = R"(Usage: migrate OPTIONS COMMAND [arg...]
       migrate [ -version | -help ]

Options (one dash or two):
  -path DIR           Read the migration files in directory DIR
  -source URL         Read them at scheme://place; counts before -path
  -database URL       Work on the database at scheme://place
  -lock-timeout N     Wait N seconds at most for the lock that another
                      migration holds (default 1800, not golang-migrate's
                      default 15)
  -table-lock-timeout D
                      Wait for the lock on a table for D at most in one
                      try, as traffic queues behind it (default 300ms in
                      the first try, up to 5s in later ones; 0: no limit)
  -retry-for D        Try a migration again for D while others are in its
                      way (default 10m; 0: one try)
  -statement-timeout D
                      Let a file run for D at most (default 0: no limit)
  -idle-timeout D     Let the server end this program's session when it
                      is silent for D in a transaction (default 1m; 0:
                      never)
  -client-check-interval D
                      Let the server look every D whether this program is
                      still there (default 1s; 0: never)
  -prefetch N         Has no effect, files are read when they are needed;
                      here for golang-migrate's users (default 10)
  -verbose            Say more, each line with its time
  -version            Print the version of this program
  -help, -h           Print this text
D is a duration, as 300ms, 1.5s, 10m or 1h30m. The URL sets the same limits
(x-retry-for=10m), and a file does in its header lines (-- migrate:retry-for
10m): a flag counts first, then a header line, then the URL.

Commands (COMMAND -help says more):
)";

constexpr std::string_view kFooter = R"(
Environment:
  DATABASE_URL        The database when -database is not given
  MIGRATIONS_PATH     The directory when neither -path nor -source is given
  AETHER_MIGRATE_DRIVERS
                      Folder of driver modules, instead of the one that
                      was installed with this program
  AETHER_POSTGRES_BIN Folder of the PostgreSQL programs for scratch servers

Exit codes:
  0    done, nothing to do, or stopped between two migrations by SIGINT
  1    an error, a question not answered with y, or no version to print
  2    the command line is wrong
  130  cut off by SIGINT: before the first migration or another change,
       or by a second one
  143  stopped by SIGTERM with work left

)";

constexpr std::size_t kSummaryColumn = 22;

/// Indents the lines of a summary. The first line goes behind `lead`, or below it when it is too wide.
std::string laid_out(std::string_view lead, std::string_view summary) {
    std::string text = fmt::format("  {}", lead);
    if (text.size() + 1 > kSummaryColumn) {
        text += '\n';
        text.append(kSummaryColumn, ' ');
    } else {
        text.append(kSummaryColumn - text.size(), ' ');
    }
    for (const char letter : summary) {
        text += letter;
        if (letter == '\n') {
            text.append(kSummaryColumn, ' ');
        }
    }
    return text + '\n';
}

std::string sorted_list(std::vector<std::string> names) {
    std::ranges::sort(names);
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::span<const Command> commands() {
    return kCommands;
}

const Command* find_command(std::string_view name) {
    const auto* const found = std::ranges::find(kCommands, name, &Command::name);
    return found == kCommands.end() ? nullptr : found;
}

FlagSet global_flags() {
    return FlagSet(kGlobalFlags);
}

std::string program_usage(const Schemes& schemes) {
    std::string text(kOptions);
    for (const Command& command : kCommands) {
        text += laid_out(command.synopsis, command.summary);
    }
    text += kFooter;
    text += fmt::format("Source drivers: {}\nDatabase drivers: {}\n", sorted_list(schemes.sources),
                        sorted_list(schemes.databases));
    return text;
}

std::string command_help(const Command& command) {
    std::string text = fmt::format("Usage: migrate OPTIONS {}\n", command.synopsis);
    std::string_view summary = command.summary;
    while (!summary.empty()) {
        const std::size_t end = std::min(summary.find('\n'), summary.size());
        text += fmt::format("  {}\n", summary.substr(0, end));
        summary.remove_prefix(std::min(end + 1, summary.size()));
    }
    return text + '\n' + command.flag_set().list();
}

std::string command_usage(const Command& command) {
    return fmt::format("Usage of {}:\n{}", command.name, command.flag_set().list());
}

}  // namespace aether::migrate::cli

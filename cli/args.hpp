// SPDX-License-Identifier: MIT
// Reads command line flags by the rules of Go's package flag, which golang-migrate's users know.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aether::migrate::cli {

/// What a flag's value is. In the comment: the word that the flag list shows.
enum class FlagType {
    text,     ///< "string"
    boolean,  ///< no word: takes a value only as -x=V
    natural,  ///< "uint": 0 to 2^64-1
    integer,  ///< "int": -2^63 to 2^63-1
    duration  ///< "duration": "300ms", "1.5s", 0 to 24 days
};

/// One line of a table of flags. The table lives as long as the program.
struct Flag {
    std::string_view name;  ///< Without a dash.
    FlagType type = FlagType::boolean;
    std::string_view initial;  ///< The default in the syntax of the command line; empty means "", false or 0.
    std::string_view help;     ///< What the flag list says; may span lines.
};

/// What `-1` is where no flag is called 1.
enum class DashDigit {
    flag,     ///< A flag that does not exist, as in Go.
    argument  ///< The first argument, so that `force -1` means what it says.
};

/// The values of all flags of a set after a command line was read, and the arguments after the flags.
/// Asking for a flag that the table does not have, or by another type, is a defect of the caller.
class ParsedFlags {
public:
    const std::string& text(std::string_view name) const;
    bool boolean(std::string_view name) const;
    std::uint64_t natural(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    std::chrono::milliseconds duration(std::string_view name) const;

    /// Tells whether the command line named the flag, even with its default.
    bool given(std::string_view name) const;

    const std::vector<std::string>& arguments() const { return arguments_; }

private:
    friend class FlagSet;

    struct Setting {
        std::variant<std::string, bool, std::uint64_t, std::int64_t, std::chrono::milliseconds> value;
        bool given = false;
    };

    const Setting& at(std::string_view name) const;

    std::map<std::string, Setting, std::less<>> settings_;
    std::vector<std::string> arguments_;
};

/// The user wrote -h, -help or --help where the table has no flag of that name.
struct HelpRequest {};

/// The command line can't be read.
struct FlagError {
    std::string message;  ///< Go's text, without a secret: "flag needs an argument: -path".
};

using ParseOutcome = std::variant<ParsedFlags, HelpRequest, FlagError>;

/// The flags of the program or of one command.
///
/// `-x v`, `-x=v`, `--x v` and `--x=v` are the same. Reading ends at the first argument that is no flag (a
/// lone "-" is none) and behind "--". The last of several values counts.
class FlagSet {
public:
    /// Keeps a reference to the table. A default that does not parse is a defect of the table.
    explicit FlagSet(std::span<const Flag> flags, DashDigit dash_digit = DashDigit::flag)
        : flags_(flags), dash_digit_(dash_digit) {}

    /// Reads the arguments that follow the program's or the command's name.
    ParseOutcome parse(std::span<const std::string> arguments) const;

    /// Returns the lines of the flag list in Go's form, sorted by name; empty for an empty table.
    std::string list() const;

private:
    const Flag* find(std::string_view name) const;
    bool is_flag(std::string_view argument) const;

    std::span<const Flag> flags_;
    DashDigit dash_digit_;
};

}  // namespace aether::migrate::cli

// SPDX-License-Identifier: MIT
// Where the program writes: golang-migrate's commands to stderr, with time stamps under -verbose.
#pragma once

#include <string_view>

namespace aether::migrate::cli {

/// Whether lines carry a time stamp and more of them are printed.
enum class Verbosity { plain, verbose };

/// Writes lines. Threads: any; a line is written whole.
class Terminal {
public:
    explicit Terminal(Verbosity verbosity) : verbosity_(verbosity) {}

    /// Writes to stderr, under -verbose with "2006/01/02 15:04:05 " in front (local time), as golang-migrate
    /// does.
    void line(std::string_view text) const;
    /// The same, under -verbose only.
    void detail(std::string_view text) const;
    /// Writes a text as it is to stderr: usage and help.
    void text(std::string_view text) const;
    /// Writes a line of a result to stdout: for commands that golang-migrate does not have.
    void result(std::string_view text) const;

    bool verbose() const { return verbosity_ == Verbosity::verbose; }

private:
    Verbosity verbosity_;
};

}  // namespace aether::migrate::cli

// SPDX-License-Identifier: MIT
// The file .env: settings for a developer's machine, in the form that the Makefile reads too.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace aether::server {

/// Settings by name.
using Variables = std::map<std::string, std::string, std::less<>>;

/// Reads lines of the form NAME=VALUE. Blank lines, lines that begin with # and a leading `export ` are
/// skipped; quotes around a value are taken off; without quotes a # after a blank starts a comment. The first
/// of several lines with one name counts. Throws std::runtime_error that names the place (`file:3`) and never
/// the value, which may be a secret.
Variables parse_dotenv(std::string_view text, std::string_view file);

/// Reads a file by parse_dotenv(). Returns nothing when there is no such file. Throws std::runtime_error.
Variables load_dotenv(const std::string& file);

}  // namespace aether::server

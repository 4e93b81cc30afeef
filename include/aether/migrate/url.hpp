// SPDX-License-Identifier: MIT
// A URL in its parts, with its secrets kept out of every message.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/export.hpp>

namespace aether::migrate {

/// A parsed URL. Printing it never shows the password, and masks values of query keys that may hold secrets.
class AETHER_MIGRATE_EXPORT Url {
public:
    /// Parses `scheme://user:password@host:port/path?key=value#fragment` by the rules of Go's net/url, on
    /// which golang-migrate stands: percent-decoding, the port's digits, `invalid URL escape`, `invalid
    /// port`. Throws Error (invalid_url) whose text shows no part that may hold a secret.
    static Url parse(std::string_view text);

    const std::string& scheme() const noexcept { return scheme_; }
    const std::optional<std::string>& user() const noexcept { return user_; }
    const std::optional<std::string>& password() const noexcept { return password_; }
    const std::string& host() const noexcept {
        return host_;
    }  ///< Decoded; may list several, comma-separated; no port.
    const std::string& port() const noexcept { return port_; }  ///< Digits or empty.
    const std::string& path() const noexcept { return path_; }  ///< Decoded, with its leading slash.

    /// Returns the decoded query in the order written. A pair with a raw semicolon throws at parse
    /// (golang-migrate drops it without a word).
    const std::vector<std::pair<std::string, std::string>>& query() const noexcept { return query_; }
    /// Returns the first value of a key.
    std::optional<std::string> find(std::string_view key) const;

    /// Returns the URL with the password as "xxxxx" (Go's form) and secret query values masked.
    std::string redacted() const;
    /// Returns the text as it was given, secrets included.
    const std::string& reveal() const noexcept { return text_; }

private:
    Url() = default;

    std::string text_;
    std::string scheme_;
    std::optional<std::string> user_;
    std::optional<std::string> password_;
    std::string host_;
    std::string port_;
    std::string path_;
    std::vector<std::pair<std::string, std::string>> query_;
};

/// Returns the scheme, the text before the first colon.
/// Throws Error (invalid_url): "URL cannot be empty", "no scheme".
AETHER_MIGRATE_EXPORT std::string scheme_of(std::string_view url);

/// Returns a text in which everything that looks like the user part of a URL (between "://" and "@"), keys in
/// PEM form and the value of any password-like word are masked, in all the ways in which SQL writes a string:
/// for statements and for texts that other programs made. Hides rather too much.
AETHER_MIGRATE_EXPORT std::string redact(std::string_view text);

}  // namespace aether::migrate

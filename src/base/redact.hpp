// SPDX-License-Identifier: MIT
// Finds the secrets in a URL's text, whether it parses or not, and in sentences; prefers to hide too much.
#pragma once

#include <string>
#include <string_view>

namespace aether::migrate {

/// Returns the text of a URL that parsed: the password as "xxxxx", secret query values as "xxxxx".
/// A "@" behind the host hints at a password with a raw slash, "?" or "#"; all before it is hidden then.
std::string redact_parsed_url(std::string_view url);

/// Returns the text of a URL that does not parse: everything up to its last "@" is hidden, wherever that
/// stands.
std::string redact_broken_url(std::string_view url);

/// Tells whether a "@" stands behind the first slash, "?" or "#" of what follows "://": the part before it
/// may be a password that was not percent-encoded, so no piece of the host may be shown.
bool may_hide_password_in_host(std::string_view url);

/// Tells whether the value of this query key must not be shown: "sslpassword", "x-vault-token", "api_key".
/// Compares without case, and percent-encoded letters count as what they stand for.
bool is_secret_key(std::string_view key);

/// Does what redact() of <aether/migrate/url.hpp> does, and keeps each line break: the result has as many
/// lines as the text.
std::string redact_lines(std::string_view text);

}  // namespace aether::migrate

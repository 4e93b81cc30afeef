// SPDX-License-Identifier: MIT
// Parses URLs by the rules of Go's net/url, because golang-migrate's users wrote theirs for it.
#include <aether/migrate/url.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>

#include "redact.hpp"
#include "strings.hpp"

namespace aether::migrate {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kEncodingHint =
    "in a user name or password write % as %25, / as %2F, ? as %3F, # as %23, @ as %40 and a blank as %20";

// Which part of a URL a text comes from: each has its own rules for percent signs.
enum class Part { user, host, zone, path, query, fragment };

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

// What Go lets stand in a host as it is; it is more than RFC 3986 allows.
bool is_host_character(char c) {
    return is_alphanumeric(c) || std::string_view("-_.~!$&'()*+,;=:[]<>\"").find(c) != kNone;
}

bool is_user_character(char c) {
    return is_alphanumeric(c) || std::string_view("-._:~!$&'()*+,;=%@").find(c) != kNone;
}

bool is_control(char c) {
    return (is_ascii(c) && c < 0x20) || c == 0x7f;
}

bool is_port(std::string_view colon_port) {
    return colon_port.empty() ||
           (colon_port.front() == ':' &&
            std::ranges::all_of(colon_port.substr(1), [](char c) { return c >= '0' && c <= '9'; }));
}

// Names the part in messages that must not quote it.
std::string_view name_of(Part part) {
    static constexpr std::array<std::string_view, 6> kNames = {"user part", "host",  "host",
                                                               "path",      "query", "fragment"};
    return kNames[static_cast<std::size_t>(part)];
}

// Splits a list at its separators; a text without one is a list of one.
std::vector<std::string_view> split_at(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    while (true) {
        const std::size_t end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == kNone) {
            return pieces;
        }
        text.remove_prefix(end + 1);
    }
}

// One host and its port, decoded.
struct HostAndPort {
    std::string host;
    std::string port;
};

// Holds the text that is being parsed, so that every error can name it without its secrets.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[noreturn]] void fail(std::string_view cause, std::string hint = {}) const {
        ErrorDetails details;
        details.code = ErrorCode::invalid_url;
        details.message = fmt::format("parse {}: {}", go_quoted(redact_broken_url(text_)), cause);
        details.hint = std::move(hint);
        throw Error(std::move(details));
    }

    // The offending piece is quoted as Go does, unless it may come from a password.
    [[noreturn]] void fail_quoting(std::string_view before, std::string_view piece, std::string_view after,
                                   std::string hint = {}) const {
        if (may_hide_password_in_host(text_)) {
            fail(fmt::format("{}{}", before.substr(0, before.size() - 1), after), std::string(kEncodingHint));
        }
        fail(fmt::format("{}{}{}", before, go_quoted(piece), after), std::move(hint));
    }

    std::string unescape(std::string_view text, Part part) const {
        check_escapes(text, part);
        std::string plain;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '%') {
                plain += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
                i += 2;
            } else {
                plain += text[i] == '+' && part == Part::query ? ' ' : text[i];
            }
        }
        return plain;
    }

    HostAndPort parse_host(std::string_view host) const {
        const std::size_t bracket = host.rfind('[');
        if (bracket == 0) {
            return parse_bracketed(host);
        }
        if (bracket != kNone) {
            fail("invalid IP-literal");
        }
        const std::size_t colon = std::min(host.rfind(':'), host.size());
        check_port(host.substr(colon));
        return {unescape(host.substr(0, colon), Part::host),
                std::string(host.substr(std::min(colon + 1, host.size())))};
    }

private:
    void check_port(std::string_view colon_port) const {
        if (!is_port(colon_port)) {
            fail_quoting("invalid port ", colon_port, " after host");
        }
    }

    [[noreturn]] void fail_escape(std::string_view escape, Part part) const {
        if (part == Part::user || part == Part::query) {
            fail(fmt::format("invalid URL escape in the {}", name_of(part)),
                 part == Part::user ? std::string(kEncodingHint) : "write % as %25");
        }
        const bool socket = part == Part::host && spi::lower_case(escape) == "%2f";
        fail_quoting("invalid URL escape ", escape, "",
                     socket ? "name the folder of a Unix socket in the query: ?host=/the/folder" : "");
    }

    void check_escapes(std::string_view text, Part part) const {
        const bool in_host = part == Part::host || part == Part::zone;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                if (in_host && is_ascii(text[i]) && !is_host_character(text[i])) {
                    fail_quoting("invalid character ", text.substr(i, 1), " in host name");
                }
                continue;
            }
            const std::string_view escape = text.substr(i, 3);
            if (escape.size() < 3 || hex_value(escape[1]) < 0 || hex_value(escape[2]) < 0) {
                fail_escape(escape, part);
            }
            const auto byte = static_cast<char>(hex_value(escape[1]) * 16 + hex_value(escape[2]));
            // RFC 6874: in a host only bytes above 0x7f may be encoded, and %25 begins a zone.
            const bool zone_byte = part == Part::zone && (byte == ' ' || is_host_character(byte));
            if (in_host && is_ascii(byte) && escape != "%25" && !zone_byte) {
                fail_escape(escape, part);
            }
            i += 2;
        }
    }

    HostAndPort parse_bracketed(std::string_view host) const {
        const std::size_t close = host.rfind(']');
        if (close == kNone) {
            fail("missing ']' in host");
        }
        const std::string_view colon_port = host.substr(close + 1);
        check_port(colon_port);
        const std::string_view literal = host.substr(1, close - 1);
        const std::size_t zone = std::min(literal.find("%25"), literal.size());
        const std::string address = unescape(literal.substr(0, zone), Part::host);
        in6_addr ignored{};
        if (inet_pton(AF_INET6, address.c_str(), &ignored) != 1) {
            fail_quoting("invalid host: ", address, " is not an IPv6 address");
        }
        return {address + unescape(literal.substr(zone), Part::zone),
                std::string(colon_port.substr(std::min<std::size_t>(1, colon_port.size())))};
    }

    std::string_view text_;  // Belongs to the caller of Url::parse, which outlives this object.
};

// Returns the length of a valid scheme before a colon, 0 when there is none.
std::size_t scheme_length(const Reader& reader, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ':') {
            if (i == 0) {
                reader.fail("missing protocol scheme");
            }
            return i;
        }
        const bool letter = is_alphanumeric(c) && (c < '0' || c > '9');
        if (!letter && (i == 0 || !(is_alphanumeric(c) || c == '+' || c == '-' || c == '.'))) {
            return 0;
        }
    }
    return 0;
}

std::vector<std::pair<std::string, std::string>> parse_query(const Reader& reader, std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string_view pair : split_at(query, '&')) {
        if (pair.find(';') != kNone) {
            reader.fail("invalid semicolon separator in query",
                        "write a semicolon that belongs to a value as %3B");
        }
        if (pair.empty()) {
            continue;
        }
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
        pairs.emplace_back(reader.unescape(pair.substr(0, equals), Part::query),
                           reader.unescape(value, Part::query));
    }
    return pairs;
}

// Parses "h1:1,[::2],h3" into "h1,::2,h3" and "1,,"; no port at all is an empty text.
HostAndPort parse_hosts(const Reader& reader, std::string_view list) {
    HostAndPort all;
    bool any_port = false;
    bool first = true;
    for (const std::string_view one : split_at(list, ',')) {
        const HostAndPort parsed = reader.parse_host(one);
        if (!first) {
            all.host += ',';
            all.port += ',';
        }
        first = false;
        all.host += parsed.host;
        all.port += parsed.port;
        any_port = any_port || !parsed.port.empty();
    }
    if (!any_port) {
        all.port.clear();
    }
    return all;
}

// What stands between "//" and the path.
struct Authority {
    std::optional<std::string> user;
    std::optional<std::string> password;
    HostAndPort hosts;
};

Authority parse_authority(const Reader& reader, std::string_view text) {
    const std::size_t at = text.rfind('@');
    Authority authority;
    authority.hosts = parse_hosts(reader, text.substr(at == kNone ? 0 : at + 1));
    if (at == kNone) {
        return authority;
    }
    const std::string_view user = text.substr(0, at);
    if (!std::ranges::all_of(user, is_user_character)) {
        reader.fail("net/url: invalid userinfo", std::string(kEncodingHint));
    }
    const std::size_t colon = user.find(':');
    authority.user = reader.unescape(user.substr(0, colon), Part::user);
    if (colon != kNone) {
        authority.password = reader.unescape(user.substr(colon + 1), Part::user);
    }
    return authority;
}

}  // namespace

Url Url::parse(std::string_view text) {
    const Reader reader(text);
    const std::size_t fragment = text.find('#');
    std::string_view rest = text.substr(0, fragment);
    if (std::ranges::any_of(rest, is_control)) {
        reader.fail("net/url: invalid control character in URL");
    }
    const std::size_t scheme = scheme_length(reader, rest);
    if (scheme == 0) {
        if (rest.substr(0, rest.find_first_of("/?")).find(':') != kNone) {
            reader.fail("first path segment in URL cannot contain colon");
        }
        throw Error(ErrorCode::invalid_url, text.empty() ? "URL cannot be empty" : "no scheme");
    }
    Url url;
    url.text_ = text;
    url.scheme_ = spi::lower_case(rest.substr(0, scheme));
    rest.remove_prefix(scheme + 1);
    const std::size_t query = rest.find('?');
    const std::string_view raw_query = query == kNone ? std::string_view() : rest.substr(query + 1);
    rest = rest.substr(0, query);
    if (rest.substr(0, 2) == "//") {
        const std::size_t slash = std::min(rest.find('/', 2), rest.size());
        Authority authority = parse_authority(reader, rest.substr(2, slash - 2));
        rest.remove_prefix(slash);
        url.user_ = std::move(authority.user);
        url.password_ = std::move(authority.password);
        url.host_ = std::move(authority.hosts.host);
        url.port_ = std::move(authority.hosts.port);
    }
    // What follows the scheme without a slash is opaque to Go, and no path.
    if (rest.substr(0, 1) == "/") {
        url.path_ = reader.unescape(rest, Part::path);
    }
    url.query_ = parse_query(reader, raw_query);
    if (fragment != kNone) {
        (void)reader.unescape(text.substr(fragment + 1), Part::fragment);
    }
    return url;
}

std::optional<std::string> Url::find(std::string_view key) const {
    const auto found = std::ranges::find(query_, key, &std::pair<std::string, std::string>::first);
    return found == query_.end() ? std::nullopt : std::optional(found->second);
}

std::string Url::redacted() const {
    return redact_parsed_url(text_);
}

std::string scheme_of(std::string_view url) {
    if (url.empty()) {
        throw Error(ErrorCode::invalid_url, "URL cannot be empty");
    }
    const std::size_t colon = url.find(':');
    if (colon == kNone || colon == 0) {
        throw Error(ErrorCode::invalid_url, "no scheme");
    }
    return std::string(url.substr(0, colon));
}

}  // namespace aether::migrate

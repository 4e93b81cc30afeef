// SPDX-License-Identifier: MIT
// Finds the secrets in a URL's text, whether it parses or not, and in sentences; prefers to hide too much.
#include "redact.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <aether/migrate/spi/characters.hpp>
#include <aether/migrate/url.hpp>

#include "redact_values.hpp"
#include "strings.hpp"

namespace aether::migrate {
namespace {

constexpr std::string_view kUserMask = "xxxxx:xxxxx";
constexpr std::size_t kNone = std::string_view::npos;

// What is left of a percent-encoded text; wrong escapes stay as they are, for the text is only looked at.
std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                            hex_value(text[i + 2]) >= 0;
        if (escape) {
            plain += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            plain += text[i] == '+' ? ' ' : text[i];
        }
    }
    return plain;
}

// A query as people write them begins with "name=", and no value looks like "…@host/db" or "…@host:port";
// anything else may be the rest of a password.
bool looks_like_query(std::string_view query) {
    const std::size_t equals = query.find('=');
    if (equals == kNone || equals == 0 || !std::ranges::all_of(query.substr(0, equals), is_key_character)) {
        return false;
    }
    for (std::size_t at = query.find('@'); at != kNone; at = query.find('@', at + 1)) {
        const std::size_t mark = query.find_first_of("&/:?", at);
        if (mark != kNone && query[mark] != '&') {
            return false;
        }
    }
    return true;
}

// Returns where the user part would begin: behind the two slashes, or behind the scheme where they are
// missing.
std::size_t find_authority(std::string_view url) {
    const std::size_t colon = url.find(':');
    const std::size_t slashes = url.find("//");
    if (slashes != kNone && (colon == kNone || slashes <= colon + 1)) {
        return slashes + 2;
    }
    return colon == kNone ? 0 : colon + 1;
}

// Where the user part of a URL's text lies, as byte offsets.
struct UserPart {
    std::size_t begin = 0;
    std::size_t end = kNone;  // The "@", or kNone when there is no user part.
    bool doubtful = false;    // The "@" stands behind the host: where the password ends is a guess.
};

UserPart find_user_part(std::string_view url) {
    UserPart part;
    part.begin = find_authority(url);
    std::string_view rest = url.substr(part.begin);
    const std::size_t query = rest.find('?');
    if (query != kNone && query < rest.find('#') && looks_like_query(rest.substr(query + 1))) {
        rest = rest.substr(0, query);
    }
    const std::size_t at = rest.rfind('@');
    if (at == kNone) {
        return part;
    }
    const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
    if (at > authority_end && rest.substr(0, at).find(':') != kNone) {
        part.end = part.begin + at;
        part.doubtful = true;
    } else if (const std::size_t own = rest.substr(0, authority_end).rfind('@'); own != kNone) {
        part.end = part.begin + own;
    }
    return part;
}

// Without an "@" the text behind a host's colon is a port with a slip of the finger, or a password whose host
// was forgotten. A port has at most five digits; one wrong character beside them is shown.
bool has_harmless_ports(std::string_view url, std::size_t begin) {
    std::string_view authority = url.substr(begin);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    while (!authority.empty()) {
        const std::string_view one = authority.substr(0, authority.find(','));
        authority.remove_prefix(std::min(one.size() + 1, authority.size()));
        const std::size_t colon = one.rfind(':');
        if (colon == kNone || one.front() == '[') {
            continue;
        }
        const std::string_view port = one.substr(colon + 1);
        const auto others = std::ranges::count_if(port, [](char c) { return c < '0' || c > '9'; });
        if (port.size() > 6 || others > 1) {
            return false;
        }
    }
    return true;
}

// Masks the values of secret keys in "key=value&key=value".
void append_query(std::string& out, std::string_view query) {
    while (true) {
        const std::string_view pair = query.substr(0, query.find('&'));
        const std::size_t equals = pair.find('=');
        const bool secret =
            equals != kNone && (is_secret_key(pair.substr(0, equals)) ||
                                decoded(pair.substr(equals + 1)).find("PRIVATE KEY") != kNone);
        if (secret) {
            out.append(pair.substr(0, equals + 1)).append(kMask);
        } else {
            out.append(pair);
        }
        if (pair.size() == query.size()) {
            return;
        }
        out += '&';
        query.remove_prefix(pair.size() + 1);
    }
}

// Appends a text in which values may be secret, and a fragment: no URL of ours has one, so it is the rest of
// a value with a raw "#".
void append_after_user(std::string& out, std::string_view text) {
    const std::size_t fragment = text.find('#');
    const std::string_view before = text.substr(0, fragment);
    const std::size_t query = before.find('?');
    append_query(out, before.substr(0, query));
    if (query != kNone) {
        out += '?';
        append_query(out, before.substr(query + 1));
    }
    if (fragment != kNone) {
        out.append("#").append(kMask);
    }
}

// Keys and certificates in PEM form; one that is cut off is a secret up to the text's end.
std::string mask_pem(std::string_view text, LineBreaks breaks) {
    constexpr std::string_view kBegin = "-----BEGIN ";
    constexpr std::string_view kEnd = "-----END ";
    constexpr std::string_view kDashes = "-----";
    std::string out;
    while (true) {
        const std::size_t begin = text.find(kBegin);
        out.append(text.substr(0, begin));
        if (begin == kNone)
            return out;
        const std::size_t end = text.find(kEnd, begin);
        const std::size_t dashes = end == kNone ? kNone : text.find(kDashes, end + kEnd.size());
        const std::size_t behind = dashes == kNone ? text.size() : dashes + kDashes.size();
        append_mask(out, text.substr(begin, behind - begin), breaks);
        text.remove_prefix(behind);
    }
}

std::string mask_all(std::string_view text, LineBreaks breaks) {
    std::string out;
    while (true) {
        const std::size_t scheme = text.find("://");
        if (scheme == kNone) {
            out.append(text);
            return mask_values(mask_pem(out, breaks), breaks);
        }
        const std::size_t begin = scheme + 3;
        const auto word_end = std::find_if(text.begin() + begin, text.end(), ends_word);
        const auto length = static_cast<std::size_t>(word_end - text.begin());
        const UserPart part = find_user_part(text.substr(scheme, length - scheme));
        out.append(text.substr(0, begin));
        text.remove_prefix(begin);
        if (part.end != kNone) {
            out.append(kUserMask);
            text.remove_prefix(part.end - 3);
        }
    }
}

}  // namespace

bool is_secret_key(std::string_view key) {
    static constexpr std::array<std::string_view, 15> kParts = {
        "password",   "passwd",     "passphrase",  "pwd",           "secret",
        "token",      "credential", "signature",   "apikey",        "accesskey",
        "accountkey", "privatekey", "scramclient", "authorization", "scramserver"};
    static constexpr std::array<std::string_view, 3> kWhole = {"pass", "auth", "sig"};
    std::string plain = spi::lower_case(decoded(key));
    std::erase_if(plain, [](char c) { return c == '-' || c == '_' || c == '.'; });
    const auto is_part = [&plain](std::string_view part) { return plain.find(part) != kNone; };
    return std::ranges::any_of(kParts, is_part) || std::ranges::find(kWhole, plain) != kWhole.end();
}

bool may_hide_password_in_host(std::string_view url) {
    const UserPart part = find_user_part(url);
    const std::size_t authority_end = url.find_first_of("/?#", part.begin);
    const bool at_behind_host = authority_end != kNone && url.find('@', authority_end) != kNone;
    return part.doubtful || at_behind_host || (part.end == kNone && !has_harmless_ports(url, part.begin));
}

std::string redact_parsed_url(std::string_view url) {
    const UserPart part = find_user_part(url);
    std::string out;
    if (part.end == kNone) {
        append_after_user(out, url);
        return out;
    }
    const std::string_view user = url.substr(part.begin, part.end - part.begin);
    const std::size_t colon = user.find(':');
    out.append(url.substr(0, part.begin));
    if (part.doubtful) {
        out.append(kUserMask);
    } else {
        out.append(user.substr(0, colon));
        if (colon != kNone) {
            out.append(":").append(kMask);
        }
    }
    append_after_user(out, url.substr(part.end));
    return out;
}

std::string redact_broken_url(std::string_view url) {
    std::size_t begin = find_authority(url);
    if (begin < 2 || url.substr(begin - 2, 2) != "//") {
        // What stands before the colon may be a scheme or a user.
        begin = 0;
    }
    const std::size_t at = url.rfind('@');
    std::string out;
    if (at != kNone) {
        out.append(url.substr(0, begin < at ? begin : 0)).append(kUserMask);
        const std::size_t pair = url.find_last_of("?&", at) + 1;
        const std::string_view key = url.substr(pair, std::min(url.find('=', pair), at) - pair);
        // An "@" inside a secret value: what follows it belongs to the secret too.
        const std::size_t rest = pair > 0 && is_secret_key(key) ? url.find('&', at) : at;
        append_after_user(out, url.substr(std::min(rest, url.size())));
    } else if (!has_harmless_ports(url, begin)) {
        const std::size_t authority_end = url.find_first_of("/?#", begin);
        out.append(url.substr(0, url.find(':', begin) + 1)).append(kMask);
        append_after_user(out, url.substr(std::min(authority_end, url.size())));
    } else {
        append_after_user(out, url);
    }
    return out;
}

std::string redact(std::string_view text) {
    return mask_all(text, LineBreaks::dropped);
}

std::string redact_lines(std::string_view text) {
    return mask_all(text, LineBreaks::kept);
}

}  // namespace aether::migrate

// SPDX-License-Identifier: MIT
// The data source name of go-sql-driver/mysql, on which golang-migrate's URLs stand: it is no URL.
#include "dsn.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::mysql {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kForm = "mysql://USER:PASSWORD@tcp(HOST:3306)/DATABASE";

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = std::move(message);
    details.hint = std::move(hint);
    details.next = fmt::format("write {}", kForm);
    throw Error(std::move(details));
}

void read_user(std::string_view text, Dsn& dsn) {
    const std::size_t colon = text.find(':');
    dsn.user = text.substr(0, colon);
    if (colon != kNone)
        dsn.password = text.substr(colon + 1);
}

void read_network(std::string_view text, Dsn& dsn) {
    const std::size_t open = text.find('(');
    dsn.net = text.substr(0, open);
    if (open == kNone)
        return;
    if (text.back() != ')') {
        if (text.find(')', open) != kNone)
            refuse("invalid DSN: did you forget to escape a param value?", "write a slash in a value as %2F");
        refuse("invalid DSN: network address not terminated (missing closing brace)");
    }
    dsn.address = text.substr(open + 1, text.size() - open - 2);
}

void read_parameters(std::string_view text, Dsn& dsn) {
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (equals != kNone)
            dsn.parameters.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
}

// What Go's net.SplitHostPort takes: host:port or [host]:port, with one colon outside of the brackets.
bool has_port(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    if (colon == kNone)
        return false;
    const std::string_view host = address.substr(0, colon);
    if (host.starts_with('['))
        return host.ends_with(']');
    return host.find(':') == kNone;
}

void normalize(Dsn& dsn) {
    if (dsn.net.empty())
        dsn.net = "tcp";
    if (dsn.net != "tcp" && dsn.net != "unix") {
        // What golang-migrate says of the common slip, a host without tcp(…).
        if (dsn.address.empty())
            refuse(fmt::format("default addr for network '{}' unknown", dsn.net),
                   "a host stands between brackets: tcp(HOST:3306)");
        refuse(fmt::format("dial {}: unknown network {}", dsn.net, dsn.net), "tcp(…) and unix(…) are known");
    }
    if (dsn.address.empty()) {
        dsn.address = dsn.net == "tcp" ? "127.0.0.1:3306" : "/tmp/mysql.sock";
    } else if (dsn.net == "tcp" && !has_port(dsn.address)) {
        const bool bare_ipv6 = !dsn.address.starts_with('[') && dsn.address.find(':') != kNone;
        dsn.address = bare_ipv6 ? fmt::format("[{}]:3306", dsn.address) : dsn.address + ":3306";
    }
}

int digit_of(char character) {
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

}  // namespace

Dsn parse_dsn(std::string_view text) {
    Dsn dsn;
    const std::size_t slash = text.rfind('/');
    if (slash == kNone && !text.empty())
        refuse("invalid DSN: missing the slash separating the database name");
    if (slash != kNone) {
        const std::string_view left = text.substr(0, slash);
        const std::size_t at = left.rfind('@');
        if (at != kNone)
            read_user(left.substr(0, at), dsn);
        read_network(left.substr(at == kNone ? 0 : at + 1), dsn);
        const std::string_view right = text.substr(slash + 1);
        const std::size_t question = right.find('?');
        dsn.database = right.substr(0, question);
        if (question != kNone)
            read_parameters(right.substr(question + 1), dsn);
    }
    normalize(dsn);
    return dsn;
}

std::string query_unescape(std::string_view text, std::string_view what) {
    std::string result;
    for (std::size_t index = 0; index < text.size(); ++index) {
        if (text[index] == '+') {
            result.push_back(' ');
        } else if (text[index] == '%') {
            const int high = index + 1 < text.size() ? digit_of(text[index + 1]) : -1;
            const int low = index + 2 < text.size() ? digit_of(text[index + 2]) : -1;
            if (high < 0 || low < 0)
                refuse(fmt::format("invalid URL escape in the {}", what), "write a percent sign as %25");
            result.push_back(static_cast<char>(high * 16 + low));
            index += 2;
        } else {
            result.push_back(text[index]);
        }
    }
    return result;
}

}  // namespace aether::migrate::mysql

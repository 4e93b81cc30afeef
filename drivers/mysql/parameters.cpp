// SPDX-License-Identifier: MIT
// All that a database URL says: how to connect, what to set for the session, and the x- parameters.
#include "parameters.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <variant>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>
#include <aether/migrate/spi/parameters.hpp>
#include <aether/migrate/url.hpp>

#include "dsn.hpp"

namespace aether::migrate::mysql {

namespace {

using std::chrono::milliseconds;

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = std::move(message);
    details.hint = std::move(hint);
    throw Error(std::move(details));
}

// go-sql-driver knows fewer words than Go's strconv.
std::optional<bool> find_bool(std::string_view text) {
    if (text == "1" || text == "true" || text == "TRUE" || text == "True")
        return true;
    if (text == "0" || text == "false" || text == "FALSE" || text == "False")
        return false;
    return std::nullopt;
}

bool require_bool(std::string_view text) {
    const std::optional<bool> value = find_bool(text);
    if (!value)
        refuse(fmt::format("invalid bool value: {}", text));
    return *value;
}

milliseconds require_duration(std::string_view key, std::string_view text) {
    const auto parsed = parse_limit(text);
    if (const auto* fault = std::get_if<LimitFault>(&parsed))
        refuse(fmt::format("unable to parse option {}: {}", key, fault->message));
    return std::get<milliseconds>(parsed);
}

// Keys of go-sql-driver that only its own Go interface has a use for. LOAD DATA LOCAL is refused anyway, and
// multiStatements is always on.
constexpr std::array<std::string_view, 10> kIgnoredSwitches{
    "allowAllFiles",    "allowNativePasswords", "allowOldPasswords", "checkConnLiveness", "clientFoundRows",
    "columnsWithAlias", "interpolateParams",    "multiStatements",   "parseTime",         "rejectReadOnly"};
constexpr std::array<std::string_view, 5> kIgnoredValues{"loc", "maxAllowedPacket", "serverPubKey",
                                                         "readTimeout", "writeTimeout"};

bool contains(const auto& list, std::string_view key) {
    return std::find(list.begin(), list.end(), key) != list.end();
}

void read_charsets(std::string_view list, Parameters& parameters) {
    while (!list.empty()) {
        const std::string_view name = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), name.size() + 1));
        parameters.charsets.emplace_back(name);
    }
}

void require_name(std::string_view key, std::string_view text) {
    const bool is_name = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '.';
    });
    if (!is_name)
        refuse(fmt::format("{} is no name of the server: \"{}\"", key, text));
}

void read_tls_mode(std::string_view value, Parameters& parameters) {
    if (const std::optional<bool> on = find_bool(value)) {
        parameters.tls = *on ? Tls::verify : Tls::off;
        return;
    }
    const std::string small = spi::lower_case(value);
    if (small == "skip-verify") {
        parameters.tls = Tls::skip_verify;
    } else if (small == "preferred") {
        parameters.tls = Tls::preferred;
    } else if (!value.empty()) {
        parameters.tls = Tls::verify;  // any other name stands for what the x-tls- keys say
    }
}

bool names_configuration(std::string_view value) {
    Parameters probe;
    read_tls_mode(value, probe);
    return probe.tls == Tls::verify && !find_bool(value);
}

void read_pair(const std::string& key, const std::string& value, Parameters& parameters) {
    if (key.starts_with("x-") || contains(kIgnoredValues, key))
        return;
    if (contains(kIgnoredSwitches, key)) {
        require_bool(value);
    } else if (key == "allowCleartextPasswords") {
        parameters.cleartext_password = require_bool(value);
    } else if (key == "compress") {
        refuse("compression not implemented yet");
    } else if (key == "strict") {
        refuse("strict mode has been removed. See https://github.com/go-sql-driver/mysql/wiki/strict-mode");
    } else if (key == "timeout") {
        parameters.connect_timeout = require_duration(key, value);
    } else if (key == "tls") {
        read_tls_mode(query_unescape(value, key), parameters);
    } else if (key == "collation") {
        require_name(key, value);
        parameters.collation = value;
    } else if (key == "charset") {
        read_charsets(query_unescape(value, key), parameters);
        for (const std::string& name : parameters.charsets)
            require_name(key, name);
    } else {
        require_name("the parameter", key);
        parameters.variables.emplace_back(key, query_unescape(value, key));
    }
}

// The pairs that a URL would have, for what all drivers read alike.
Url as_url(const Dsn& dsn) {
    std::string text = "mysql://localhost/?";
    for (const auto& [key, value] : dsn.parameters) {
        if (key.starts_with("x-"))
            text += fmt::format("{}={}&", key, value);
    }
    return Url::parse(text);
}

void require_pem(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const std::string reason = errno == ENOENT ? "no such file or directory" : std::strerror(errno);
        refuse(fmt::format("open {}: {}", path, reason), "x-tls-ca names a PEM file with certificates");
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (text.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
        refuse("failed to append PEM", fmt::format("{} holds no certificate", path));
}

void read_tls_files(const Url& url, std::string_view mode, Parameters& parameters) {
    if (parameters.tls != Tls::verify)
        return;
    const auto value_of = [&url](std::string_view key) { return url.find(key).value_or(""); };
    parameters.tls_ca = value_of("x-tls-ca");
    parameters.tls_cert = value_of("x-tls-cert");
    parameters.tls_key = value_of("x-tls-key");
    if (names_configuration(mode) || !parameters.tls_ca.empty())
        require_pem(parameters.tls_ca);
    if (parameters.tls_cert.empty() != parameters.tls_key.empty())
        refuse("to use TLS client authentication, both x-tls-cert and x-tls-key must not be empty");
    const std::string skip = value_of("x-tls-insecure-skip-verify");
    if (!skip.empty() && spi::parse_bool("x-tls-insecure-skip-verify", skip))
        parameters.tls = Tls::skip_verify;
}

bool read_no_lock(const Url& url) {
    const std::optional<std::string> value = url.find("x-no-lock");
    if (!value || value->empty())
        return false;
    try {
        return spi::parse_bool("x-no-lock", *value);
    } catch (const Error&) {
        refuse(fmt::format(
            "could not parse x-no-lock as bool: strconv.ParseBool: parsing \"{}\": invalid syntax", *value));
    }
}

void read_address(const Dsn& dsn, Parameters& parameters) {
    if (dsn.net == "unix") {
        parameters.socket = dsn.address;
        return;
    }
    const std::size_t colon = dsn.address.rfind(':');
    std::string_view host = std::string_view(dsn.address).substr(0, colon);
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    const std::string_view digits = std::string_view(dsn.address).substr(colon + 1);
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), parameters.port);
    if (fault != std::errc{} || end != digits.data() + digits.size() || parameters.port > 65535)
        refuse(fmt::format("dial tcp: address {}: invalid port", dsn.address));
    // An empty host is this machine to Go. A name is what its users wrote: "localhost" over TCP.
    parameters.host = host.empty() ? "127.0.0.1" : std::string(host);
}

}  // namespace

Parameters read_parameters(std::string_view url) {
    const std::string_view rest = url.substr(std::min(url.find(':'), url.size()));
    if (!rest.starts_with("://"))
        refuse("a database URL has two slashes behind its scheme",
               "write mysql://USER:PASSWORD@tcp(HOST:3306)/DATABASE");
    const Dsn dsn = parse_dsn(rest.substr(3));
    Parameters parameters;
    parameters.user = query_unescape(dsn.user, "user");
    parameters.password = query_unescape(dsn.password, "password");
    parameters.database = dsn.database;
    if (parameters.database.empty())
        refuse("no database name", "write mysql://USER:PASSWORD@tcp(HOST:3306)/DATABASE");
    read_address(dsn, parameters);
    std::string tls_mode;
    for (const auto& [key, value] : dsn.parameters) {
        read_pair(key, value, parameters);
        if (key == "tls")
            tls_mode = query_unescape(value, key);
    }
    const Url pairs = as_url(dsn);
    read_tls_files(pairs, tls_mode, parameters);
    parameters.takes_lock = !read_no_lock(pairs);
    parameters.settings = spi::read_settings(pairs);
    return parameters;
}

}  // namespace aether::migrate::mysql

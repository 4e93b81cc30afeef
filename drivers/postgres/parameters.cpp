// SPDX-License-Identifier: MIT
// From a database URL as golang-migrate's drivers read it to the keywords that libpq takes.
#include "parameters.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include <aether/migrate/error.hpp>
#include <aether/migrate/limits.hpp>
#include <aether/migrate/spi/parameters.hpp>

namespace aether::migrate::postgres {

namespace {

// libpq's own keywords that a URL may carry; everything else is a parameter of the server.
constexpr std::array<std::string_view, 30> kClientKeywords{"host",
                                                           "hostaddr",
                                                           "port",
                                                           "dbname",
                                                           "user",
                                                           "password",
                                                           "passfile",
                                                           "channel_binding",
                                                           "connect_timeout",
                                                           "client_encoding",
                                                           "application_name",
                                                           "fallback_application_name",
                                                           "keepalives",
                                                           "keepalives_idle",
                                                           "keepalives_interval",
                                                           "keepalives_count",
                                                           "tcp_user_timeout",
                                                           "sslmode",
                                                           "sslcompression",
                                                           "sslcert",
                                                           "sslkey",
                                                           "sslpassword",
                                                           "sslrootcert",
                                                           "sslcrl",
                                                           "sslsni",
                                                           "krbsrvname",
                                                           "service",
                                                           "target_session_attrs",
                                                           "gssencmode",
                                                           "options"};

// Client-side switches of lib/pq that have no meaning for libpq.
constexpr std::array<std::string_view, 4> kIgnoredKeys{"disable_prepared_binary_result", "binary_parameters",
                                                       "krbspn", "sslinline"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view key) {
    return std::find(list.begin(), list.end(), key) != list.end();
}

bool is_pgx(std::string_view scheme) {
    return scheme.starts_with("pgx");
}

// The value of libpq's "options" is split at blanks; a backslash protects the next character.
std::string server_option(std::string_view name, std::string_view value) {
    std::string option = "-c ";
    option.append(name).push_back('=');
    for (const char character : value) {
        if (character == ' ' || character == '\\' || character == '\t' || character == '\n') {
            option.push_back('\\');
        }
        option.push_back(character);
    }
    return option;
}

void check_encoding(std::string_view value) {
    std::string plain;
    for (const char character : value) {
        if (character != '-' && character != '_') {
            plain.push_back(
                static_cast<char>(character >= 'A' && character <= 'Z' ? character + 32 : character));
        }
    }
    if (!plain.empty() && plain != "utf8" && plain != "unicode") {
        throw Error(ErrorCode::invalid_url, "client_encoding must be absent or 'UTF8'");
    }
}

// lib/pq sets it itself, and so does SessionLimits.
void check_datestyle(std::string_view value) {
    if (value != "ISO, MDY") {
        throw Error(ErrorCode::invalid_url,
                    "setting datestyle must be absent or ISO, MDY; got " + std::string(value));
    }
}

void check_sslmode(std::string_view scheme, std::string_view mode) {
    constexpr std::array<std::string_view, 4> kLibPq{"disable", "require", "verify-ca", "verify-full"};
    constexpr std::array<std::string_view, 2> kPgxToo{"allow", "prefer"};
    if (contains(kLibPq, mode) || (is_pgx(scheme) && contains(kPgxToo, mode))) {
        return;
    }
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message =
        "pq: unsupported sslmode \"" + std::string(mode) +
        "\"; only \"require\" (default), \"verify-full\", \"verify-ca\", and \"disable\" supported";
    if (contains(kPgxToo, mode)) {
        details.hint = "the schemes pgx, pgx4 and pgx5 take allow and prefer";
    }
    throw Error(std::move(details));
}

// With it lib/pq takes certificates and keys from the URL's text; libpq reads them from files only.
void refuse_inline_keys(std::string_view value) {
    if (value != "true")
        return;
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = "sslinline=true is not supported";
    details.hint =
        "write certificates and keys to files, and their paths into sslcert, sslkey and sslrootcert";
    throw Error(std::move(details));
}

struct Builder {
    Parameters result;
    std::set<std::string, std::less<>> seen;
    std::set<std::string, std::less<>> from_authority;
    std::optional<std::string> given_options;  // the URL's options=
    std::string server_parameters;             // "-c name=value", for the keys of the server

    void set(std::string key, std::string value) {
        seen.insert(key);
        result.keywords.emplace_back(std::move(key), std::move(value));
    }
    bool has(std::string_view key) const { return seen.contains(key); }
};

void read_authority(const Url& url, Builder& builder) {
    if (!url.host().empty())
        builder.set("host", url.host());
    if (!url.port().empty())
        builder.set("port", url.port());
    if (url.user() && !url.user()->empty())
        builder.set("user", *url.user());
    if (url.password())
        builder.set("password", *url.password());
    if (url.path().size() > 1)
        builder.set("dbname", url.path().substr(1));
    if (!url.path().empty())
        builder.result.lock_database = url.path();
    builder.from_authority = builder.seen;
}

std::chrono::milliseconds read_lease(const std::string& key, const std::string& value) {
    constexpr std::chrono::milliseconds kShortest{std::chrono::seconds(5)};
    constexpr std::chrono::milliseconds kLongest{std::chrono::hours(1)};
    const auto read = parse_limit(value);
    if (const auto* fault = std::get_if<LimitFault>(&read))
        throw Error(ErrorCode::invalid_url, "unable to parse option " + key + ": " + fault->message);
    const auto lease = std::get<std::chrono::milliseconds>(read);
    if (lease < kShortest || lease > kLongest)
        throw Error(ErrorCode::invalid_url, key + " must be from 5s to 1h, not " + value);
    return lease;
}

// golang-migrate's pgx driver alone knows the strategy. Elsewhere it ignores these keys and takes its
// advisory id, so there the table comes on top.
void read_lock_key(std::string_view scheme, const std::string& key, const std::string& value,
                   Builder& builder) {
    const bool known_there = scheme == "pgx" || scheme == "pgx4";
    if (key == "x-lock-table" && !value.empty()) {
        builder.result.lock_table = value;
    } else if (key == "x-lock-strategy" && value == "table") {
        builder.result.lock_strategy = LockStrategy::table;
        builder.result.advisory_beside_table = !known_there;
    } else if (key == "x-lock-strategy" && !value.empty() && value != "advisory" && known_there) {
        throw Error(ErrorCode::invalid_url, "unknown lock strategy \"" + value + "\"");
    } else if (key == "x-lock-lease" && !value.empty()) {
        builder.result.lock_lease = read_lease(key, value);
    }
}

// The names in -c NAME=VALUE, -cNAME=VALUE and --NAME=VALUE.
void note_option_names(std::string_view options, std::vector<std::string>& names) {
    while (!options.empty()) {
        const std::string_view word = options.substr(0, options.find(' '));
        options.remove_prefix(std::min(options.size(), word.size() + 1));
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos)
            continue;
        std::string_view name = word.substr(0, equals);
        if (name.starts_with("--") || name.starts_with("-c"))
            name.remove_prefix(2);
        names.emplace_back(name);
    }
}

// lib/pq takes the one that comes later in the alphabet, pgx the query's.
void refuse_second_database(const Url& url, std::string_view name) {
    if (url.path().size() <= 1 || url.path().substr(1) == name)
        return;
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = "the database URL names two databases, in its path and by dbname";
    details.next = "leave dbname out";
    throw Error(std::move(details));
}

void read_query_pair(const Url& url, const std::string& key, const std::string& value, Builder& builder) {
    if (key.starts_with("x-")) {
        read_lock_key(url.scheme(), key, value, builder);
        return;
    }
    // lib/pq drops empty values: search_path= leaves the server's.
    if (value.empty() && !is_pgx(url.scheme()))
        return;
    if (key == "dbname")
        refuse_second_database(url, value);
    // A key given twice counts once, the first time; the URL's authority wins over the query, but for host
    // and port, by which a query names a Unix socket (lib/pq does the same).
    if ((key == "host" || key == "port") && builder.from_authority.erase(key) > 0) {
        std::erase_if(builder.result.keywords, [&key](const auto& pair) { return pair.first == key; });
        builder.set(key, value);
        return;
    }
    if (key == "sslinline") {
        refuse_inline_keys(value);
    }
    if (contains(kIgnoredKeys, key) || builder.has(key)) {
        return;
    }
    if (key == "client_encoding") {
        check_encoding(value);
        return;
    }
    if (key == "datestyle" && !is_pgx(url.scheme())) {
        check_datestyle(value);
        return;
    }
    if (key == "sslmode") {
        check_sslmode(url.scheme(), value);
    }
    if (key == "connect_timeout") {
        const std::int64_t seconds = spi::parse_integer(key, value);
        if (seconds > 0)
            builder.result.connect_timeout = std::chrono::seconds(seconds);
        builder.seen.insert(key);
        return;
    }
    if (key == "options") {
        builder.seen.insert(key);
        note_option_names(value, builder.result.server_settings);
        builder.given_options = value;
        return;
    }
    if (contains(kClientKeywords, key)) {
        builder.set(key, value);
        return;
    }
    builder.seen.insert(key);
    builder.result.server_settings.push_back(key);
    builder.server_parameters.append(builder.server_parameters.empty() ? "" : " ")
        .append(server_option(key, value));
}

// One keyword of libpq carries both. Of two values of one parameter the server takes the last, so what the
// URL names by itself stands last. libpq reads PGOPTIONS only when the keyword is absent, so it is joined
// here.
void set_options(Builder& builder) {
    if (builder.server_parameters.empty()) {
        if (builder.given_options)
            builder.set("options", *builder.given_options);
        return;
    }
    const char* variable = std::getenv("PGOPTIONS");
    std::string options = builder.given_options.value_or(variable == nullptr ? "" : variable);
    options.append(options.empty() ? "" : " ").append(builder.server_parameters);
    builder.set("options", std::move(options));
}

// The system's own defaults notice after two hours that a server or a firewall is gone; these do after 90 s.
// libpq has them for TCP only. A user timeout overrides the number of probes, so who sets one sets all. It
// also ends a session whose server leaves what was sent unread for that long.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kKeepAlive{
    {{"keepalives_idle", "30"},
     {"keepalives_interval", "10"},
     {"keepalives_count", "6"},
     {"tcp_user_timeout", "90000"}}};

void keep_alive(Builder& builder) {
    const auto is_set = [&builder](const auto& pair) { return builder.has(pair.first); };
    if (builder.has("keepalives") || std::any_of(kKeepAlive.begin(), kKeepAlive.end(), is_set))
        return;
    for (const auto& [key, value] : kKeepAlive) {
        builder.set(std::string(key), std::string(value));
    }
}

void set_defaults(std::string_view scheme, Builder& builder) {
    // What a service file says counts below the URL and above these.
    // Both libraries try localhost over TCP when the URL has no host; libpq would try a Unix socket. PGHOST
    // counts below the URL, so it is left to libpq when it is set.
    const bool service = builder.has("service") || std::getenv("PGSERVICE") != nullptr;
    if (!service && !builder.has("host") && !builder.has("hostaddr") && std::getenv("PGHOST") == nullptr) {
        builder.set("host", "localhost");
    }
    if (!service && !builder.has("sslmode") && std::getenv("PGSSLMODE") == nullptr) {
        builder.set("sslmode", is_pgx(scheme) ? "prefer" : "require");
    }
    if (!service)
        keep_alive(builder);
    if (!builder.has("gssencmode")) {
        builder.set("gssencmode", "disable");
    }
    if (!builder.has("fallback_application_name")) {
        builder.set("fallback_application_name", "aether-migrate");
    }
    builder.set("client_encoding", "UTF8");
}

}  // namespace

void require_authority(const Url& url) {
    const std::string_view rest = std::string_view(url.reveal()).substr(url.scheme().size() + 1);
    if (rest.starts_with("//"))
        return;
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = "a database URL has two slashes behind \"" + url.scheme() + ":\"";
    details.next = url.scheme() == "scratch"
                       ? "write scratch://NAME"
                       : "write " + url.scheme() + "://USER:PASSWORD@HOST:PORT/DATABASE";
    throw Error(std::move(details));
}

Parameters read_parameters(const Url& url) {
    require_authority(url);
    Builder builder;
    builder.result.settings = spi::read_settings(url);
    builder.result.error_style = is_pgx(url.scheme()) ? ErrorStyle::pgx : ErrorStyle::lib_pq;
    builder.result.formats = is_pgx(url.scheme()) ? Formats::of_the_server : Formats::of_lib_pq;
    read_authority(url, builder);
    for (const auto& [key, value] : url.query()) {
        read_query_pair(url, key, value, builder);
    }
    set_defaults(url.scheme(), builder);
    set_options(builder);
    return std::move(builder.result);
}

}  // namespace aether::migrate::postgres

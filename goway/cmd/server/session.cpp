// SPDX-License-Identifier: MIT
// A short look into the database beside the migrations: connect, ask, close.
#include "session.hpp"

#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <aether/migrate/url.hpp>

namespace aether::server {

namespace {

using Keywords = std::map<std::string, std::string, std::less<>>;

bool is_client_keyword(std::string_view name) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> known(PQconndefaults(),
                                                                             PQconninfoFree);
    for (const PQconninfoOption* option = known.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        if (name == option->keyword)
            return true;
    }
    return false;
}

// The value of libpq's "options" is split at blanks; a backslash protects the next character.
void add_server_setting(Keywords& keywords, std::string_view name, std::string_view value) {
    std::string& options = keywords["options"];
    options.append(" -c ").append(name).push_back('=');
    for (const char character : value) {
        if (character == ' ' || character == '\\')
            options.push_back('\\');
        options.push_back(character);
    }
}

// What the migrations' driver makes of the same URL, its defaults for host and sslmode included.
Keywords keywords_of(const migrate::Url& url) {
    Keywords keywords{{"host", "localhost"},     {"sslmode", "require"},
                      {"connect_timeout", "5"},  {"client_encoding", "UTF8"},
                      {"gssencmode", "disable"}, {"fallback_application_name", "aether-server"}};
    const auto set = [&keywords](const char* name, const std::string& value) {
        if (!value.empty())
            keywords[name] = value;
    };
    set("host", url.host());
    set("port", url.port());
    set("user", url.user().value_or(""));
    set("password", url.password().value_or(""));
    set("dbname", url.path().empty() ? "" : url.path().substr(1));
    for (const auto& [name, value] : url.query()) {
        if (name.starts_with("x-") || name == "client_encoding" || name == "connect_timeout")
            continue;
        if (is_client_keyword(name))
            keywords[name] = value;
        else
            add_server_setting(keywords, name, value);
    }
    add_server_setting(keywords, "statement_timeout", "5s");
    add_server_setting(keywords, "default_transaction_read_only", "on");
    return keywords;
}

std::runtime_error failure(const char* what, const PGconn* connection) {
    std::string message = migrate::redact(PQerrorMessage(connection));
    message.erase(message.find_last_not_of('\n') + 1);
    return std::runtime_error(std::string(what) + ": " + message);
}

}  // namespace

void Session::Close::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

Session::Session(const std::string& database_url) {
    const Keywords keywords = keywords_of(migrate::Url::parse(database_url));
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : keywords) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    connection_.reset(PQconnectdbParams(names.data(), values.data(), 0));
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        throw failure("can't connect to the database", connection_.get());
}

int Session::server_version() const {
    return PQserverVersion(connection_.get());
}

std::string Session::value_of(const char* query) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), query), PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) == 0)
        throw failure("can't read the catalog", connection_.get());
    return PQgetvalue(result.get(), 0, 0);
}

}  // namespace aether::server

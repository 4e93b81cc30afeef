// SPDX-License-Identifier: MIT
// What a session is set to before and after it connects.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "errors.hpp"
#include "session.hpp"

namespace aether::migrate::mysql {

void Session::set_options() {
    MYSQL* const raw = connection_.get();
    mysql_options(raw, MYSQL_OPT_NONBLOCK, nullptr);
    mysql_options(raw, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    // The server may ask for any file of this machine otherwise.
    const unsigned no_files = 0;
    mysql_options(raw, MYSQL_OPT_LOCAL_INFILE, &no_files);
    mysql_options4(raw, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "aether-migrate");
    // The name "localhost" would mean a Unix socket otherwise.
    const unsigned protocol = parameters_.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    mysql_options(raw, MYSQL_OPT_PROTOCOL, &protocol);
    set_tls();
}

void Session::set_tls() {
    if (parameters_.tls == Tls::off)
        return;
    MYSQL* const raw = connection_.get();
    const auto path = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
    // With an authority at hand libmariadb looks at the certificate whatever it is told (3.3.20, observed).
    const char* const authority = parameters_.tls == Tls::verify ? path(parameters_.tls_ca) : nullptr;
    mysql_ssl_set(raw, path(parameters_.tls_key), path(parameters_.tls_cert), authority, nullptr, nullptr);
    const my_bool enforce = parameters_.tls == Tls::preferred ? 0 : 1;
    const my_bool verify = parameters_.tls == Tls::verify ? 1 : 0;
    mysql_options(raw, MYSQL_OPT_SSL_ENFORCE, &enforce);
    mysql_options(raw, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

// What the URL sets, in the order written.
void Session::set_up(const spi::Wait& wait) {
    const auto refused = [&](const std::string& text) {
        return run(text, RowsAre::dropped, wait, [](spi::Rows&&) {});
    };
    std::optional<ServerError> error;
    const std::string collate =
        parameters_.collation.empty() ? std::string() : fmt::format(" COLLATE {}", parameters_.collation);
    if (parameters_.charsets.empty() && !collate.empty()) {
        const std::string charset = parameters_.collation.substr(0, parameters_.collation.find('_'));
        error = refused(fmt::format("SET NAMES {}{}", charset, collate));
    }
    for (const std::string& charset : parameters_.charsets) {
        error = refused(fmt::format("SET NAMES {}{}", charset, collate));
        if (!error)
            break;
    }
    if (!error) {
        std::string text;
        for (const auto& [name, value] : parameters_.variables)
            text += fmt::format("SET {}={};\n", name, value);
        unsigned status = 0;
        mariadb_get_info(connection_.get(), MARIADB_CONNECTION_SERVER_STATUS, &status);
        // Every statement that the engine does not put into a transaction must commit by itself.
        if ((status & SERVER_STATUS_AUTOCOMMIT) == 0 || !text.empty())
            text += "SET autocommit=1";
        if (!text.empty())
            error = refused(text);
    }
    if (error)
        throw connect_error(parameters_, *error);
}

}  // namespace aether::migrate::mysql

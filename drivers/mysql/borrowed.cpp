// SPDX-License-Identifier: MIT
// A connection of the caller's: what it may be like, and what is put back when we are through with it.
#include "borrowed.hpp"

#include <fcntl.h>
#include <mysqld_error.h>

#include <chrono>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/borrowed.hpp>

#include "bind.hpp"
#include "errors.hpp"
#include "quote.hpp"
#include "session.hpp"

namespace aether::migrate::mysql {

namespace {

constexpr std::chrono::seconds kPutBackLimit{10};

// Not each server has all of them.
constexpr std::string_view kRead = R"sql(
SELECT database();
SHOW SESSION VARIABLES
WHERE variable_name IN ('autocommit', 'character_set_client', 'character_set_connection',
    'character_set_results', 'collation_connection', 'default_storage_engine', 'foreign_key_checks',
    'group_concat_max_len', 'idle_transaction_timeout', 'innodb_lock_wait_timeout', 'lock_wait_timeout',
    'max_execution_time', 'max_statement_time', 'sql_mode', 'sql_notes', 'sql_safe_updates', 'time_zone',
    'transaction_isolation', 'transaction_read_only', 'tx_isolation', 'tx_read_only', 'unique_checks',
    'wait_timeout')
)sql";

constexpr const char* kUnicode = "utf8mb4";

const char* text_or_empty(const char* text) {
    return text == nullptr ? "" : text;
}

// The servers take no text for a number.
std::string literal_of(const std::string& name, const std::string& value) {
    if (name == "character_set_results" && value.empty())
        return "NULL";
    const bool number = !value.empty() && value.find_first_not_of("0123456789.") == std::string::npos;
    return number ? value : literal(value);
}

}  // namespace

Parameters parameters_of(MYSQL* handle, const BorrowedConnection& borrowed) {
    Parameters parameters =
        read_parameters(fmt::format("mysql://tcp(localhost)/any?{}", borrowed.parameters));
    parameters.user = text_or_empty(handle->user);
    parameters.password = text_or_empty(handle->passwd);
    parameters.socket = text_or_empty(handle->unix_socket);
    parameters.host = parameters.socket.empty() ? text_or_empty(handle->host) : "";
    parameters.port = parameters.socket.empty() ? handle->port : 0;
    parameters.tls = Tls::off;
    if (mysql_get_ssl_cipher(handle) != nullptr) {
        my_bool verifies = 0;
        mysql_get_optionv(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verifies);
        parameters.tls = verifies != 0 ? Tls::verify : Tls::skip_verify;
        parameters.tls_ca = text_or_empty(handle->options.ssl_ca);
        parameters.tls_cert = text_or_empty(handle->options.ssl_cert);
        parameters.tls_key = text_or_empty(handle->options.ssl_key);
    }
    return parameters;
}

void require_idle(MYSQL* handle) {
    if (handle->net.pvio == nullptr) {
        ErrorDetails details;
        details.code = ErrorCode::connection_failed;
        details.message = "the connection that was handed over is not open";
        details.state = "nothing was changed";
        throw Error(std::move(details));
    }
    if (handle->status != MYSQL_STATUS_READY || mysql_more_results(handle) != 0)
        spi::refuse_busy("a result is pending", "read all of it, with mysql_next_result(), and free it");
    if ((handle->server_status & SERVER_STATUS_IN_TRANS) != 0)
        spi::refuse_busy("a transaction is open", "end it with COMMIT or ROLLBACK first");
}

// Reading from an encrypted session would block in spite of the calls that do not.
HandleState::HandleState(MYSQL* handle)
    : handle_(handle),
      socket_(static_cast<int>(mysql_get_socket(handle))),
      socket_flags_(fcntl(socket_, F_GETFL)) {
    mysql_get_optionv(handle_, MYSQL_OPT_RECONNECT, &reconnects_);
    const my_bool never = 0;
    mysql_options(handle_, MYSQL_OPT_RECONNECT, &never);
    mysql_options(handle_, MYSQL_OPT_NONBLOCK, nullptr);
    if (socket_flags_ >= 0)
        fcntl(socket_, F_SETFL, socket_flags_ | O_NONBLOCK);
}

HandleState::~HandleState() {
    mysql_options(handle_, MYSQL_OPT_RECONNECT, &reconnects_);
    // The library may have closed a lost connection's, and somebody else have its number.
    if (socket_flags_ >= 0 && handle_->net.pvio != nullptr)
        fcntl(socket_, F_SETFL, socket_flags_);
}

void KeptSettings::note(Session& session, const spi::Wait& wait) {
    single_statements_ = !session.takes_several_statements(wait);
    if (single_statements_)
        session.allow_several_statements(Session::Several::yes, wait);
    noted_ = read(session, wait);
    if (noted_.database.empty())
        spi::refuse_busy("no database is selected", "call mysql_select_db() first");
    for (const char* name : {"character_set_client", "character_set_connection", "character_set_results"}) {
        if (noted_.variables[name] != kUnicode) {
            set(session, fmt::format("SET NAMES {}", kUnicode), wait);
            break;
        }
    }
    // Every statement that the engine does not put into a transaction must commit by itself.
    if (noted_.variables["autocommit"] != "ON")
        set(session, "SET autocommit = 1", wait);
}

void KeptSettings::put_back(Session& session) noexcept {
    const spi::Wait wait{{}, std::chrono::steady_clock::now() + kPutBackLimit};
    try {
        const State now = read(session, wait);
        set(session, "SET @aether_safe_updates = NULL", wait);
        for (const auto& [name, value] : noted_.variables) {
            const auto found = now.variables.find(name);
            if (found == now.variables.end() || found->second != value)
                set(session, fmt::format("SET SESSION {} = {}", name, literal_of(name, value)), wait);
        }
        if (!noted_.database.empty() && now.database != noted_.database)
            set(session, fmt::format("USE {}", quote(noted_.database)), wait);
        if (single_statements_)
            session.allow_several_statements(Session::Several::no, wait);
    } catch (...) {  // a lost session has no settings any more
    }
}

KeptSettings::State KeptSettings::read(Session& session, const spi::Wait& wait) {
    const std::vector<spi::Rows> answers = session.ask(kRead, "read the session's settings", wait);
    State state;
    state.database = answers.at(0).rows.at(0).at(0).value_or("");
    for (const std::vector<spi::Value>& row : answers.at(1).rows)
        state.variables.emplace(row.at(0).value_or(""), row.at(1).value_or(""));
    return state;
}

// What the server refuses leaves the others.
void KeptSettings::set(Session& session, const std::string& text, const spi::Wait& wait) {
    session.run(text, Session::RowsAre::dropped, wait, [](spi::Rows&&) {});
}

}  // namespace aether::migrate::mysql

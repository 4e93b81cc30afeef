// SPDX-License-Identifier: MIT
// A connection of the caller's: what it may be like, and what is put back when we are through with it.
#include "borrowed.hpp"

#include <chrono>
#include <memory>
#include <string_view>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/borrowed.hpp>
#include <aether/migrate/url.hpp>

#include "errors.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

namespace {

constexpr std::chrono::seconds kPutBackLimit{10};

constexpr const char* kRole = "role";
constexpr const char* kUser = "session_authorization";

// These two are in no view of the server's.
constexpr std::string_view kRead = R"sql(
SELECT s.name, s.setting FROM pg_catalog.pg_settings s WHERE s.source = 'session'
UNION ALL SELECT 'role', pg_catalog.current_setting('role')
UNION ALL SELECT 'session_authorization', session_user::text
)sql";

struct OptionsFree {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

// libpq shows its own receiver to nobody either, but every new connection has it. This one is never opened.
PQnoticeReceiver default_receiver() {
    const ConnectionPointer unopened(PQconnectStart("no_such_keyword=1"));
    return unopened == nullptr ? nullptr : PQsetNoticeReceiver(unopened.get(), nullptr, nullptr);
}

const char* text_or_empty(const char* text) {
    return text == nullptr ? "" : text;
}

}  // namespace

Parameters parameters_of(PGconn* handle, const BorrowedConnection& borrowed) {
    Parameters parameters =
        read_parameters(Url::parse(borrowed.scheme + "://localhost/?" + borrowed.parameters));
    parameters.keywords.clear();
    const std::unique_ptr<PQconninfoOption, OptionsFree> options(PQconninfo(handle));
    for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        const std::string_view keyword = option->keyword;
        // What a service file says is in the other options by now; and we speak UTF-8.
        if (option->val != nullptr && *option->val != '\0' && keyword != "service" &&
            keyword != "client_encoding")
            parameters.keywords.emplace_back(keyword, option->val);
    }
    parameters.keywords.emplace_back("client_encoding", "UTF8");
    parameters.lock_database = std::string("/") + text_or_empty(PQdb(handle));
    return parameters;
}

void require_idle(PGconn* handle) {
    if (PQstatus(handle) != CONNECTION_OK) {
        ErrorDetails details = connection_error(text_or_empty(PQerrorMessage(handle)));
        details.message = "the connection that was handed over is not open: " + details.message;
        details.state = "nothing was changed";
        throw Error(std::move(details));
    }
    if (PQpipelineStatus(handle) != PQ_PIPELINE_OFF)
        spi::refuse_busy("it is in pipeline mode", "call PQexitPipelineMode() first");
    switch (PQtransactionStatus(handle)) {
        case PQTRANS_IDLE:
            return;
        case PQTRANS_INTRANS:
        case PQTRANS_INERROR:
            spi::refuse_busy("a transaction is open", "end it with COMMIT or ROLLBACK first");
        case PQTRANS_ACTIVE:
        case PQTRANS_UNKNOWN:
            break;
    }
    spi::refuse_busy("a result is pending", "call PQgetResult() until it returns a null pointer");
}

HandleState::HandleState(PGconn* handle, PQnoticeReceiver receiver, void* argument)
    : handle_(handle),
      nonblocking_(PQisnonblocking(handle) != 0),
      hears_notices_(PQsetNoticeReceiver(handle, nullptr, nullptr) == default_receiver()) {
    if (hears_notices_)
        PQsetNoticeReceiver(handle_, receiver, argument);
    PQsetnonblocking(handle_, 1);
}

HandleState::~HandleState() {
    if (hears_notices_)
        PQsetNoticeReceiver(handle_, default_receiver(), nullptr);
    PQsetnonblocking(handle_, nonblocking_ ? 1 : 0);
}

void KeptSettings::use_unicode(Session& session, const spi::Wait& wait) {
    constexpr const char* kEncoding = "client_encoding";
    const std::string encoding = text_or_empty(PQparameterStatus(session.raw(), kEncoding));
    if (encoding == "UTF8")
        return;
    set(session, kEncoding, "UTF8", wait);
    encoding_ = encoding;
}

void KeptSettings::note(Session& session, const spi::Wait& wait) {
    if (noted_.empty())
        noted_ = read(session, wait);
}

void KeptSettings::put_back(Session& session) noexcept {
    const spi::Wait wait{{}, std::chrono::steady_clock::now() + kPutBackLimit};
    try {
        if (!noted_.empty())
            put_back_noted(session, wait);
        if (!encoding_.empty())
            set(session, "client_encoding", encoding_, wait);
    } catch (...) {  // a lost session has no settings any more
    }
}

void KeptSettings::put_back_noted(Session& session, const spi::Wait& wait) const {
    const Values now = read(session, wait);
    const auto differs = [&](const char* name) { return now.at(name) != noted_.at(name); };
    const bool other_role = differs(kUser) || differs(kRole);
    // What files set as another user the caller's may be too weak to put back: as the one who connected.
    if (other_role)
        set(session, kUser, std::nullopt, wait);
    const auto is_role = [](const std::string& name) { return name == kRole || name == kUser; };
    for (const auto& [name, value] : now) {
        if (!is_role(name) && !noted_.contains(name))
            set(session, name, std::nullopt, wait);
    }
    for (const auto& [name, value] : noted_) {
        const auto found = now.find(name);
        if (!is_role(name) && (found == now.end() || found->second != value))
            set(session, name, value, wait);
    }
    if (other_role) {
        set(session, kUser, noted_.at(kUser), wait);
        set(session, kRole, noted_.at(kRole), wait);
    }
}

KeptSettings::Values KeptSettings::read(Session& session, const spi::Wait& wait) {
    const ResultPointer result = session.run({std::string(kRead), {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        throw bookkeeping_error(result.get(), session.error_style(), "read the session's settings");
    Values values;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        values.emplace(text_at(result.get(), row, 0), text_at(result.get(), row, 1));
    }
    return values;
}

// NULL is the value that the session began with. What the server refuses leaves the others.
void KeptSettings::set(Session& session, const std::string& name, const spi::Value& value,
                       const spi::Wait& wait) {
    session.run({"SELECT pg_catalog.set_config($1, $2, false)", {name, value}}, wait);
}

Session::Session(PGconn* borrowed, const Parameters& parameters)
    : connection_(borrowed, ConnectionClose{.leave_open = true}),
      listeners_(std::make_unique<Listeners>()),
      error_style_(parameters.error_style) {
    require_idle(borrowed);
    handle_state_ = std::make_unique<HandleState>(borrowed, receive_notice, listeners_.get());
}

Session::~Session() {
    // It would hit a statement of the caller's.
    if (borrowed())
        let_cancel_pass();
}

}  // namespace aether::migrate::postgres

// SPDX-License-Identifier: MIT
// Looks, while a text waits, over a second session who stands in its way.
#include "watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::mysql {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortest{100};
constexpr milliseconds kFirstLook{900};
constexpr milliseconds kBetweenLooks{5'000};
// For connecting, and for each question.
constexpr milliseconds kPatience{1'000};

// "Waiting for table metadata lock", "Waiting for table level lock", and the wait for a row.
constexpr const char* kWaits = R"sql(
SELECT CASE WHEN p.state LIKE 'Waiting for %lock%' THEN 'table' WHEN t.trx_state = 'LOCK WAIT' THEN 'row' END
FROM information_schema.processlist p
LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
WHERE p.id = {}
)sql";

constexpr std::string_view kColumns = R"sql(
SELECT p.id, p.user, p.host, left(coalesce(p.info, ''), 200),
       CASE WHEN p.command = 'Sleep' THEN 'idle in transaction' ELSE coalesce(p.state, '') END,
       timestampdiff(SECOND, t.trx_started, now())
FROM information_schema.innodb_trx t
JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
)sql";

// A view of MariaDB and of MySQL 5.7.
constexpr const char* kRowHolders = R"sql({0}
JOIN information_schema.innodb_lock_waits w ON w.blocking_trx_id = t.trx_id
JOIN information_schema.innodb_trx me ON me.trx_id = w.requesting_trx_id AND me.trx_mysql_thread_id = {1}
ORDER BY t.trx_started
LIMIT 20
)sql";

constexpr const char* kOpenTransactions = R"sql({0}
WHERE p.id <> {1} AND p.id <> connection_id()
ORDER BY t.trx_started
LIMIT 20
)sql";

spi::Blocker read_blocker(const std::vector<spi::Value>& row) {
    const auto text = [&row](std::size_t column) { return row.at(column).value_or(""); };
    spi::Blocker blocker;
    blocker.pid = std::strtoll(text(0).c_str(), nullptr, 10);
    blocker.user = text(1);
    blocker.client = text(2);
    blocker.query = redact(text(3));
    blocker.state = text(4);
    if (!text(5).empty())
        blocker.age = fmt::format("{}s", text(5));
    return blocker;
}

}  // namespace

void Watcher::start(const spi::Wait& wait, milliseconds lock_timeout) {
    blockers_.clear();
    stop_ = wait.stop;
    running_ = true;
    waited_ = milliseconds{0};
    first_look_ = kFirstLook;
    if (lock_timeout > milliseconds{0})
        first_look_ = std::clamp(lock_timeout / 2, kShortest, kFirstLook);
    look_at_ = first_look_;
}

void Watcher::stop() noexcept {
    session_.reset();
    running_ = false;
}

void Watcher::script_waits(milliseconds waited) {
    if (waited < std::exchange(waited_, waited))
        look_at_ = first_look_;
    if (!running_ || waited < look_at_)
        return;
    look_at_ = waited + kBetweenLooks;
    blockers_ = look();
    if (!blockers_.empty() && listener_)
        listener_(blockers_);
}

std::vector<spi::Blocker> Watcher::ask(std::string_view text, const spi::Wait& wait) {
    std::vector<spi::Blocker> blockers;
    const auto error = session_->run(text, Session::RowsAre::kept, wait, [&blockers](spi::Rows&& rows) {
        for (const std::vector<spi::Value>& row : rows.rows)
            blockers.push_back(read_blocker(row));
    });
    return error ? std::vector<spi::Blocker>{} : blockers;
}

std::vector<spi::Blocker> Watcher::look() {
    try {
        const spi::Wait wait{stop_, std::chrono::steady_clock::now() + kPatience};
        if (session_ == nullptr)
            session_ = std::make_unique<Session>(parameters_, wait, Session::Purpose::side);
        const std::vector<spi::Rows> state =
            session_->ask(fmt::format(kWaits, watched_.id()), "look what the session waits for", wait);
        const std::string what =
            state.at(0).rows.empty() ? std::string() : state.at(0).rows.front().at(0).value_or("");
        if (what == "row") {
            std::vector<spi::Blocker> holders = ask(fmt::format(kRowHolders, kColumns, watched_.id()), wait);
            if (!holders.empty())
                return holders;
        }
        if (!what.empty())
            return ask(fmt::format(kOpenTransactions, kColumns, watched_.id()), wait);
    } catch (const Error&) {
        // No connection left, no privilege, a request to stop: the text goes on unwatched.
        stop();
    }
    return {};
}

}  // namespace aether::migrate::mysql

// SPDX-License-Identifier: MIT
// Tells C callbacks what an observer hears.
#include "listener.hpp"

#include <aether/migrate/text.hpp>

#include "handles.hpp"

namespace aether::migrate::c_api {

void Listener::on_step_started(const StepReport& step) {
    if (callbacks_.step_started == nullptr)
        return;
    const aether_migrate_step handle{step};
    callbacks_.step_started(callbacks_.step_started_user, &handle);
}

void Listener::on_step_finished(const StepReport& step) {
    if (callbacks_.step_finished == nullptr)
        return;
    const aether_migrate_step handle{step};
    callbacks_.step_finished(callbacks_.step_finished_user, &handle);
}

void Listener::on_waiting_for_lock(const std::optional<spi::LockHolder>& holder,
                                   std::chrono::seconds waited) {
    tell(AETHER_MIGRATE_WAITING, "waiting for the migration lock for " + std::to_string(waited.count()) +
                                     " s, held by " + (holder ? to_text(*holder) : "another process"));
}

void Listener::on_blocked(const std::vector<spi::Blocker>& blockers) {
    if (blockers.empty())
        tell(AETHER_MIGRATE_BLOCKED, "waiting for a lock: who holds it can't be seen");
    for (const spi::Blocker& blocker : blockers) {
        tell(AETHER_MIGRATE_BLOCKED, "waiting for a lock: " + to_text(blocker));
    }
}

void Listener::on_trying_again(const StepReport& step, const ErrorDetails& why, std::size_t /*tries*/,
                               std::chrono::milliseconds pause) {
    tell(AETHER_MIGRATE_RETRY,
         "trying " + label_of(step) + " again in " + to_text(pause) + ": " + why.message);
}

void Listener::on_notice(const spi::Notice& notice) {
    tell(AETHER_MIGRATE_NOTICE, notice.severity + ": " + notice.message);
}

void Listener::on_warning(std::string_view text) {
    tell(AETHER_MIGRATE_WARNING, std::string(text));
}

void Listener::tell(aether_migrate_message message, const std::string& line) const {
    if (callbacks_.message != nullptr)
        callbacks_.message(callbacks_.message_user, message, line.c_str());
}

}  // namespace aether::migrate::c_api

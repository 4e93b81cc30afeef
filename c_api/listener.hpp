// SPDX-License-Identifier: MIT
// Tells C callbacks what an observer hears.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/migrate.h>
#include <aether/migrate/observer.hpp>

namespace aether::migrate::c_api {

/// The callbacks of an options handle, each with its pointer; nullptr: nobody listens.
struct Callbacks {
    aether_migrate_on_step step_started = nullptr;
    void* step_started_user = nullptr;
    aether_migrate_on_step step_finished = nullptr;
    void* step_finished_user = nullptr;
    aether_migrate_on_message message = nullptr;
    void* message_user = nullptr;
};

/// Hands what happens in a run to the callbacks.
class Listener final : public Observer {
public:
    explicit Listener(const Callbacks& callbacks) : callbacks_(callbacks) {}

private:
    void on_step_started(const StepReport& step) override;
    void on_step_finished(const StepReport& step) override;
    void on_waiting_for_lock(const std::optional<spi::LockHolder>& holder,
                             std::chrono::seconds waited) override;
    void on_blocked(const std::vector<spi::Blocker>& blockers) override;
    void on_trying_again(const StepReport& step, const ErrorDetails& why, std::size_t tries,
                         std::chrono::milliseconds pause) override;
    void on_notice(const spi::Notice& notice) override;
    void on_warning(std::string_view text) override;

    void tell(aether_migrate_message message, const std::string& line) const;

    Callbacks callbacks_;
};

}  // namespace aether::migrate::c_api

// SPDX-License-Identifier: MIT
// An observer that hears nothing, for hooks that a caller leaves alone.
#include <aether/migrate/observer.hpp>

namespace aether::migrate {

Observer::~Observer() = default;

void Observer::on_step_started(const StepReport&) {}
void Observer::on_step_finished(const StepReport&) {}
void Observer::on_waiting_for_lock(const std::optional<spi::LockHolder>&, std::chrono::seconds) {}
void Observer::on_blocked(const std::vector<spi::Blocker>&) {}
void Observer::on_trying_again(const StepReport&, const ErrorDetails&, std::size_t,
                               std::chrono::milliseconds) {}
void Observer::on_notice(const spi::Notice&) {}
void Observer::on_warning(std::string_view) {}

}  // namespace aether::migrate

// SPDX-License-Identifier: MIT
// What happens during an operation, as records for a program's own log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/export.hpp>
#include <aether/migrate/observer.hpp>

namespace aether::migrate {

/// How much a record matters.
enum class LogLevel { debug, info, warning, error };

/// Returns the name of a level, as "warning".
AETHER_MIGRATE_EXPORT std::string_view name_of(LogLevel level) noexcept;

/// A fact of a record.
struct LogField {
    std::string name;
    std::variant<std::string, std::int64_t> value;
};

/// One record. No secret is in it. Events and their fields stay as they are; later versions may add some:
///
///     step_started      info     version, direction, title, file, mode
///     step_finished     info     the same, statements, read_microseconds, ran_microseconds
///     waiting_for_lock  info     waited_seconds; pid, user, application, client, where they are seen
///     blocked           warning  pid, user, application, state, age; one record for each blocker
///     trying_again      warning  version, direction, title, file, why, sqlstate, tries, pause_milliseconds
///     notice            debug    severity, detail, hint
///     warning           warning
///     error             error    code, file, line, column, sqlstate, detail, hint, state, next
///
/// A text that is empty, and a line of 0, is left out.
struct LogRecord {
    std::chrono::system_clock::time_point time;
    LogLevel level = LogLevel::info;
    std::string event;
    std::string message;  ///< For a person, in one line or several.
    std::vector<LogField> fields;
};

/// Returns the record of a failure, which the caller of an operation logs: an observer does not hear of it.
AETHER_MIGRATE_EXPORT LogRecord log_record(const Error& error);

/// Returns a record as one JSON object in one line, without a line end: "time" (ISO 8601, UTC), "level",
/// "event", "message", then the fields. Bytes that are not UTF-8 become U+FFFD.
AETHER_MIGRATE_EXPORT std::string to_json(const LogRecord& record);

/// Hands everything that an operation tells to a function.
///
/// Threads: the function is called on the thread that called the operation. One observer may serve several
/// migrators in several threads when its function may be called by several at once. What the function throws
/// ends the operation, as with any observer.
class AETHER_MIGRATE_EXPORT LogObserver final : public Observer {
public:
    /// `sink` must not be empty.
    explicit LogObserver(std::function<void(const LogRecord&)> sink);

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

    std::function<void(const LogRecord&)> sink_;
};

}  // namespace aether::migrate

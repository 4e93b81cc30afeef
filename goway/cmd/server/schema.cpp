// SPDX-License-Identifier: MIT
// What the library tells of the schema: how it stands to this build, and what happened to it.
#include "schema.hpp"

#include <cstddef>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "time_text.hpp"

namespace aether::server {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr auto kFresh = 1s;
constexpr auto kPatience = 5s;
constexpr std::size_t kEvents = 200;

Json to_json(const std::optional<migrate::Version>& version) {
    return version ? Json(version->number) : Json(nullptr);
}

Json to_json(const migrate::HistoryEntry& entry) {
    return {{"version", to_json(entry.version)},
            {"title", entry.title},
            {"event", migrate::name_of(entry.kind)},
            {"direction", migrate::name_of(entry.direction)},
            {"leads_to", to_json(entry.leads_to)},
            {"started_at", time_text(entry.started_at)},
            {"duration_ms", static_cast<double>(entry.duration.count()) / 1000},
            {"statements", entry.statements},
            {"checksum", entry.checksum},
            {"actor", entry.actor},
            {"client", entry.client},
            {"tool", entry.tool}};
}

}  // namespace

std::optional<std::string> why_not_ready(const migrate::Status& status) {
    const migrate::VersionState& state = status.state;
    // Above our newest file a mark means that a newer build is at work, or has failed: our schema is there.
    if (state.dirty && status.standing != migrate::Standing::ahead)
        return version_text(state);
    if (!status.pending.empty())
        return fmt::format("migration {} is missing", status.pending.front().version.number);
    if (status.standing == migrate::Standing::strayed)
        return fmt::format("{} has no file in this build", version_text(state));
    return std::nullopt;
}

std::string version_text(const migrate::VersionState& state) {
    return migrate::in_words(state.version) + (state.dirty ? ", dirty" : "");
}

std::string to_json(const Schema& schema) {
    const migrate::Status& status = schema.status;
    Json pending = Json::array();
    for (const migrate::PendingMigration& migration : status.pending)
        pending.push_back(
            {{"version", migration.version.number}, {"title", migration.title}, {"file", migration.file}});
    Json history = Json::array();
    for (const migrate::HistoryEntry& entry : schema.history)
        history.push_back(to_json(entry));
    const Json all{{"version", to_json(status.state.version)},
                   {"dirty", status.state.dirty},
                   {"standing", migrate::name_of(status.standing)},
                   {"newest", to_json(status.newest)},
                   {"pending", pending},
                   {"history", history}};
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

SchemaReader::Look SchemaReader::look() const {
    Look look{std::chrono::steady_clock::now(), std::nullopt, {}};
    try {
        migrate::Options options = options_;
        options.deadline = look.taken + kPatience;
        migrate::Migrator migrator(std::move(options));
        look.schema = Schema{migrator.status(), migrator.history(kEvents)};
    } catch (const migrate::Error& error) {
        look.error = error.what();
    }
    return look;
}

Schema SchemaReader::read() {
    const std::lock_guard lock(looking_);
    if (!last_ || std::chrono::steady_clock::now() - last_->taken > kFresh)
        last_ = look();
    if (!last_->schema)
        throw std::runtime_error(last_->error);
    return *last_->schema;
}

}  // namespace aether::server

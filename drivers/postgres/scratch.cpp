// SPDX-License-Identifier: MIT
// The four operations on scratch servers: list, url, stop, drop.
#include "scratch.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "scratch_failure.hpp"
#include "scratch_file.hpp"
#include "scratch_lock.hpp"
#include "scratch_make.hpp"
#include "scratch_place.hpp"
#include "scratch_record.hpp"
#include "scratch_server.hpp"
#include "scratch_user.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

constexpr std::chrono::seconds kPatience{60};

Deadline deadline() {
    return std::chrono::steady_clock::now() + kPatience;
}

// As root the server's user must be able to pass through to its two folders.
mode_t folder_mode() {
    return is_root() ? 0711 : 0700;
}

// Returns nothing when the server became ready while another process held the lock.
std::optional<Lock> take_lock_unless_ready(const Place& place, Deadline until) {
    while (true) {
        make_folder(place.folder, folder_mode(), std::nullopt);
        if (std::optional<Lock> lock = Lock::try_take(place)) {
            return lock;
        }
        if (condition_of(place) == Condition::ready) {
            return std::nullopt;
        }
        await_lock(place, until);
    }
}

[[noreturn]] void fail_unknown(std::string_view name) {
    Failure failure;
    failure.code = ErrorCode::invalid_argument;
    failure.message = fmt::format("there is no scratch server \"{}\"", name);
    failure.next = "migrate scratch list";
    fail(std::move(failure));
}

// A server that exists, and its lock.
struct Held {
    Place place;
    Lock lock;
    Record record;
};

Held hold(std::string_view name) {
    check_name(name);
    Place place = place_of(base_folder(), name);
    const Deadline until = deadline();
    while (load_record(place)) {
        if (std::optional<Lock> lock = Lock::try_take(place)) {
            // It may have been dropped, and made again, since.
            std::optional<Record> record = load_record(place);
            if (record) {
                return {std::move(place), std::move(*lock), std::move(*record)};
            }
            break;
        }
        await_lock(place, until);
    }
    fail_unknown(name);
}

}  // namespace

std::vector<Cluster> list() {
    const std::string base = base_folder();
    std::vector<Cluster> clusters;
    for (const std::string& name : find_names(base)) {
        const Place place = place_of(base, name);
        const std::optional<Record> record = load_record(place);
        if (!record) {
            continue;
        }
        Cluster cluster;
        cluster.name = name;
        cluster.server = fmt::format("PostgreSQL {}{}", record->version,
                                     record->stage == Stage::ready ? "" : " (unfinished)");
        cluster.running = condition_of(place) != Condition::stopped;
        cluster.data = place.data;
        clusters.push_back(std::move(cluster));
    }
    return clusters;
}

std::string url(std::string_view name) {
    check_name(name);
    const Deadline until = deadline();
    Place place = place_of(base_folder(), name);
    if (condition_of(place) == Condition::ready) {
        return url_of(place);
    }
    make_base_folder();
    // Only now the links in its path can be resolved.
    place = place_of(base_folder(), name);
    check_is_ours(place);
    const std::optional<Lock> lock = take_lock_unless_ready(place, until);
    if (lock) {
        std::optional<Record> record = load_record(place);
        if (!record || record->stage != Stage::ready) {
            record = make_server(place, until);
        }
        bring_up(place, *record, until);
    }
    return url_of(place);
}

bool stop(std::string_view name) {
    const Held held = hold(name);
    return bring_down(held.place, Shutdown::fast);
}

void drop(std::string_view name) {
    const Held held = hold(name);
    bring_down(held.place, Shutdown::immediate);
    remove_server(held.place, held.record);
}

}  // namespace aether::migrate::postgres::scratch

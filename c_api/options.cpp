// SPDX-License-Identifier: MIT
// What to open, who listens, and how a run is stopped, for C.
#include <chrono>
#include <new>
#include <string>

#include "guarded.hpp"
#include "handles.hpp"

namespace {

int set_text(std::string& member, const char* value) {
    if (value == nullptr)
        return AETHER_MIGRATE_INVALID_ARGUMENT;
    return aether::migrate::c_api::guarded(nullptr, [&] { member = value; });
}

}  // namespace

aether_migrate_options* aether_migrate_options_new() {
    aether_migrate_options* options = nullptr;
    aether::migrate::c_api::guarded(nullptr, [&] { options = new aether_migrate_options; });
    return options;
}

int aether_migrate_options_set_source(aether_migrate_options* options, const char* url) {
    return set_text(options->options.source, url);
}

int aether_migrate_options_set_path(aether_migrate_options* options, const char* directory) {
    return set_text(options->options.path, directory);
}

int aether_migrate_options_set_database(aether_migrate_options* options, const char* url) {
    return set_text(options->options.database, url);
}

int aether_migrate_options_set_lock_timeout(aether_migrate_options* options, int64_t seconds) {
    if (seconds < 0 || seconds > aether::migrate::c_api::kLongestWait)
        return AETHER_MIGRATE_INVALID_ARGUMENT;
    options->options.lock_timeout = std::chrono::seconds(seconds);
    return AETHER_MIGRATE_OK;
}

int aether_migrate_options_set_stop(aether_migrate_options* options, const aether_migrate_stop* stop) {
    if (stop == nullptr)
        return AETHER_MIGRATE_INVALID_ARGUMENT;
    options->options.stop = {stop->finish.get_token(), stop->roll_back.get_token(), stop->abort.get_token()};
    return AETHER_MIGRATE_OK;
}

void aether_migrate_options_free(aether_migrate_options* options) {
    delete options;
}

void aether_migrate_options_on_step_started(aether_migrate_options* options, aether_migrate_on_step callback,
                                            void* user) {
    options->callbacks.step_started = callback;
    options->callbacks.step_started_user = user;
}

void aether_migrate_options_on_step_finished(aether_migrate_options* options, aether_migrate_on_step callback,
                                             void* user) {
    options->callbacks.step_finished = callback;
    options->callbacks.step_finished_user = user;
}

void aether_migrate_options_on_message(aether_migrate_options* options, aether_migrate_on_message callback,
                                       void* user) {
    options->callbacks.message = callback;
    options->callbacks.message_user = user;
}

aether_migrate_stop* aether_migrate_stop_new() {
    aether_migrate_stop* stop = nullptr;
    aether::migrate::c_api::guarded(nullptr, [&] { stop = new aether_migrate_stop; });
    return stop;
}

void aether_migrate_stop_request(aether_migrate_stop* stop, int when) {
    if (when < AETHER_MIGRATE_FINISH || when > AETHER_MIGRATE_ABORT)
        return;
    stop->finish.request_stop();
    if (when >= AETHER_MIGRATE_ROLL_BACK)
        stop->roll_back.request_stop();
    if (when >= AETHER_MIGRATE_ABORT)
        stop->abort.request_stop();
}

void aether_migrate_stop_free(aether_migrate_stop* stop) {
    delete stop;
}

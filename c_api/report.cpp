// SPDX-License-Identifier: MIT
// What a run did, for C.
#include <utility>

#include "guarded.hpp"
#include "handles.hpp"

aether_migrate_report::aether_migrate_report(aether::migrate::Report given) : report(std::move(given)) {
    for (aether::migrate::StepReport& step : report.steps) {
        steps.push_back({std::move(step)});
    }
    report.steps.clear();
}

int aether_migrate_report_end(const aether_migrate_report* report) {
    switch (report->report.end) {
        case aether::migrate::RunEnd::done:
            return AETHER_MIGRATE_DONE;
        case aether::migrate::RunEnd::short_of_it:
            return AETHER_MIGRATE_SHORT_OF;
        case aether::migrate::RunEnd::stopped:
            return AETHER_MIGRATE_STOPPED;
    }
    return AETHER_MIGRATE_DONE;
}

int64_t aether_migrate_report_version(const aether_migrate_report* report) {
    return aether::migrate::c_api::number_of(report->report.state.version);
}

int aether_migrate_report_dirty(const aether_migrate_report* report) {
    return report->report.state.dirty ? 1 : 0;
}

uint64_t aether_migrate_report_short_by(const aether_migrate_report* report) {
    return report->report.short_by;
}

uint64_t aether_migrate_report_left(const aether_migrate_report* report) {
    return report->report.left;
}

size_t aether_migrate_report_steps(const aether_migrate_report* report) {
    return report->steps.size();
}

const aether_migrate_step* aether_migrate_report_step(const aether_migrate_report* report, size_t index) {
    return index < report->steps.size() ? &report->steps[index] : nullptr;
}

void aether_migrate_report_free(aether_migrate_report* report) {
    delete report;
}

int64_t aether_migrate_step_version(const aether_migrate_step* step) {
    return step->step.version.number;
}

int aether_migrate_step_is_down(const aether_migrate_step* step) {
    return step->step.direction == aether::migrate::Direction::down ? 1 : 0;
}

int64_t aether_migrate_step_leads_to(const aether_migrate_step* step) {
    return aether::migrate::c_api::number_of(step->step.leads_to);
}

const char* aether_migrate_step_title(const aether_migrate_step* step) {
    return step->step.title.c_str();
}

const char* aether_migrate_step_file(const aether_migrate_step* step) {
    return step->step.file.c_str();
}

int aether_migrate_step_mode(const aether_migrate_step* step) {
    switch (step->step.mode) {
        case aether::migrate::StepMode::transaction:
            return AETHER_MIGRATE_TRANSACTION;
        case aether::migrate::StepMode::bare:
            return AETHER_MIGRATE_BARE;
        case aether::migrate::StepMode::version_only:
            return AETHER_MIGRATE_VERSION_ONLY;
    }
    return AETHER_MIGRATE_TRANSACTION;
}

size_t aether_migrate_step_statements(const aether_migrate_step* step) {
    return step->step.statements;
}

int64_t aether_migrate_step_nanoseconds(const aether_migrate_step* step) {
    return (step->step.read + step->step.ran).count();
}

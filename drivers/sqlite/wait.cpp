// SPDX-License-Identifier: MIT
// Ends a statement in time: while it waits for another connection's lock, and while it runs.
#include "wait.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include <aether/migrate/error.hpp>

#include "file_locks.hpp"

namespace aether::migrate::sqlite {

namespace {

using std::chrono::milliseconds;

// SQLite's own ladder (sqliteDefaultBusyCallback), but never so long that a stop is noticed late.
constexpr std::array<milliseconds, 6> kPauses{milliseconds(1),  milliseconds(2),  milliseconds(5),
                                              milliseconds(10), milliseconds(20), milliseconds(50)};
constexpr milliseconds kFirstTell{1000};
constexpr milliseconds kTellEvery{5000};
// Steps of the virtual machine between two looks at the clock: some tens of microseconds.
constexpr int kSteps = 2000;

}  // namespace

void Waiter::install(sqlite3* database, std::string file) {
    file_ = std::move(file);
    sqlite3_busy_handler(database, busy, this);
    sqlite3_progress_handler(database, kSteps, progress, this);
}

void Waiter::rethrow() {
    if (thrown_)
        std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (ended_by_ == EndedBy::stop)
        throw Error(ErrorCode::cancelled, "stopped: the statement was interrupted");
}

bool Waiter::must_end() {
    if (wait_ == nullptr)
        return false;
    if (wait_->stop.stop_requested())
        ended_by_ = EndedBy::stop;
    else if (wait_->deadline && std::chrono::steady_clock::now() >= *wait_->deadline)
        ended_by_ = EndedBy::deadline;
    else
        return false;
    return true;
}

void Waiter::tell() {
    if (!listener_)
        return;
    try {
        listener_(find_lock_holders(file_));
    } catch (...) {  // nothing may be thrown through SQLite
        thrown_ = std::current_exception();
    }
}

bool Waiter::may_wait(int tries) {
    const auto now = std::chrono::steady_clock::now();
    if (tries == 0) {
        since_ = now;
        next_tell_ = now + kFirstTell;
    }
    if (must_end()) {
        seen_ = find_lock_holders(file_);
        return false;
    }
    milliseconds pause = kPauses[std::min<std::size_t>(static_cast<std::size_t>(tries), kPauses.size() - 1)];
    if (lock_limit_) {
        const auto left = std::chrono::ceil<milliseconds>(since_ + *lock_limit_ - now);
        if (left.count() <= 0) {
            ended_by_ = EndedBy::lock_limit;
            seen_ = find_lock_holders(file_);
            return false;
        }
        pause = std::min(pause, left);
    }
    if (now >= next_tell_) {
        tell();
        next_tell_ = now + kTellEvery;
    }
    if (thrown_)
        return false;
    std::this_thread::sleep_for(pause);
    return true;
}

int Waiter::busy(void* self, int tries) {
    return static_cast<Waiter*>(self)->may_wait(tries) ? 1 : 0;
}

int Waiter::progress(void* self) {
    return static_cast<Waiter*>(self)->must_end() ? 1 : 0;
}

WaitScope::WaitScope(Waiter& waiter, const spi::Wait& wait, std::optional<milliseconds> lock_limit)
    : waiter_(waiter) {
    waiter_.wait_ = &wait;
    waiter_.lock_limit_ = lock_limit;
    waiter_.ended_by_ = EndedBy::nobody;
    waiter_.thrown_ = nullptr;
    waiter_.seen_.clear();
}

WaitScope::~WaitScope() {
    waiter_.wait_ = nullptr;
}

}  // namespace aether::migrate::sqlite

// SPDX-License-Identifier: MIT
// Waiting for the migration lock, on a fake database and a fake clock.
#include "../../src/lock/session_lock.hpp"

#include <string>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../support/fake_clock.hpp"
#include "../support/fake_connection.hpp"

namespace aether::migrate::lock {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SessionLockTest : public ::testing::Test {
protected:
    void refuse(int times) { connection_.lock_answers.assign(static_cast<std::size_t>(times), false); }

    Error failure_of(const LockOptions& options) {
        try {
            const SessionLock lock(connection_, {}, {}, options, clock_, observer_);
        } catch (const Error& error) {
            return error;
        }
        return {ErrorCode::internal, "took the lock"};
    }

    spi::Dialect dialect_;
    testing::FakeConnection connection_{dialect_};
    testing::FakeClock clock_;
    Observer observer_;
};

TEST_F(SessionLockTest, takes_a_free_lock_at_once_and_gives_it_back) {
    {
        const SessionLock lock(connection_, {}, {}, {}, clock_, observer_);
        EXPECT_TRUE(connection_.locked);
    }

    EXPECT_FALSE(connection_.locked);
    EXPECT_EQ(clock_.slept, milliseconds(0));
}

TEST_F(SessionLockTest, asks_again_soon_and_then_less_often) {
    refuse(3);
    const SessionLock lock(connection_, {}, {}, {}, clock_, observer_);
    EXPECT_LE(clock_.slept, milliseconds(30));

    refuse(100);
    const SessionLock later(connection_, {}, {}, {}, clock_, observer_);
    EXPECT_GE(clock_.slept, seconds(10));
    EXPECT_LE(clock_.longest, milliseconds(375));
}

TEST_F(SessionLockTest, gives_up_at_its_limit_and_names_the_holder) {
    refuse(100000);

    const Error error = failure_of({.timeout = seconds(15)});

    EXPECT_EQ(error.code(), ErrorCode::lock_timeout);
    EXPECT_STREQ(error.what(), "timeout: can't acquire database lock");
    EXPECT_NE(error.details().state.find("pid 4711"), std::string::npos);
    EXPECT_EQ(error.details().state.find("s3cret"), std::string::npos) << "in the holder's statement";
    EXPECT_EQ(clock_.slept, seconds(15));
}

TEST_F(SessionLockTest, asks_once_with_a_limit_of_nothing) {
    refuse(5);

    EXPECT_EQ(failure_of({.timeout = seconds(0)}).code(), ErrorCode::lock_timeout);
    EXPECT_EQ(connection_.lock_answers.size(), 4U);
}

TEST_F(SessionLockTest, waits_on_with_a_limit_beyond_the_clock) {
    refuse(100);

    EXPECT_EQ(failure_of({.timeout = seconds::max()}).code(), ErrorCode::internal) << "took the lock";
}

TEST_F(SessionLockTest, waits_half_an_hour_when_no_limit_is_given) {
    refuse(100000);

    EXPECT_EQ(failure_of({}).code(), ErrorCode::lock_timeout);
    EXPECT_EQ(clock_.slept, std::chrono::minutes(30));
}

TEST_F(SessionLockTest, stops_waiting_when_asked) {
    refuse(100000);
    std::stop_source stop;
    clock_.on_sleep = [&stop] { stop.request_stop(); };

    EXPECT_EQ(failure_of({.timeout = std::nullopt, .stop = stop.get_token()}).code(), ErrorCode::cancelled);
}

}  // namespace
}  // namespace aether::migrate::lock

// SPDX-License-Identifier: MIT
// The tries of a migration on a busy database: how long each may wait, and how long it is between them.
#include "../../src/run/retry.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "../support/fake_clock.hpp"

namespace aether::migrate::run {
namespace {

using std::chrono::milliseconds;
using testing::FakeClock;

constexpr std::uint32_t kSeed = 1;

Limits limits_of(std::optional<milliseconds> table_lock_timeout,
                 std::optional<milliseconds> retry_for = std::nullopt) {
    Limits limits;
    limits.table_lock_timeout = table_lock_timeout;
    limits.retry_for = retry_for;
    return limits;
}

void pass(FakeClock& clock, milliseconds time) {
    clock.sleep(time, std::stop_token());
}

TEST(retry, tries_are_short_at_first_and_then_longer) {
    FakeClock clock;
    Tries tries({}, clock, kSeed);

    std::vector<milliseconds::rep> waits;
    for (int i = 0; i < 8; ++i) {
        waits.push_back(tries.lock_timeout()->count());
        tries.pause();
    }

    EXPECT_EQ(waits, (std::vector<milliseconds::rep>{300, 500, 1500, 3000, 3000, 5000, 5000, 5000}));
}

TEST(retry, every_try_waits_as_long_as_was_asked_for) {
    FakeClock clock;
    Tries tries(limits_of(milliseconds(2000)), clock, kSeed);

    EXPECT_EQ(tries.lock_timeout(), milliseconds(2000));
    tries.pause();
    EXPECT_EQ(tries.lock_timeout(), milliseconds(2000));
}

TEST(retry, zero_switches_the_limit_of_a_try_off) {
    FakeClock clock;
    const Tries tries(limits_of(milliseconds(0)), clock, kSeed);

    EXPECT_EQ(tries.lock_timeout(), std::nullopt);
    EXPECT_EQ(tries.patient_lock_timeout(), std::nullopt);
}

TEST(retry, no_try_waits_longer_than_what_is_left) {
    FakeClock clock;
    const Tries tries(limits_of(milliseconds(2000), milliseconds(5000)), clock, kSeed);

    pass(clock, milliseconds(3500));
    EXPECT_EQ(tries.lock_timeout(), milliseconds(1500));
    pass(clock, milliseconds(10'000));
    EXPECT_EQ(tries.lock_timeout(), milliseconds(1)) << "zero would be no limit at all";
}

TEST(retry, statement_in_nobodys_way_waits_for_all_that_is_left) {
    FakeClock clock;
    const Tries tries(limits_of(milliseconds(2000), milliseconds(60'000)), clock, kSeed);

    EXPECT_EQ(tries.patient_lock_timeout(), milliseconds(60'000));
    pass(clock, milliseconds(20'000));
    EXPECT_EQ(tries.patient_lock_timeout(), milliseconds(40'000));
    pass(clock, milliseconds(50'000));
    EXPECT_EQ(tries.patient_lock_timeout(), milliseconds(1));
}

TEST(retry, goes_on_for_ten_minutes_unless_told_otherwise) {
    FakeClock clock;
    const Tries tries({}, clock, kSeed);

    pass(clock, std::chrono::minutes(10) - milliseconds(301));
    EXPECT_TRUE(tries.may_try_again());
    pass(clock, milliseconds(1));
    EXPECT_FALSE(tries.may_try_again()) << "too little is left for a try";
}

TEST(retry, a_try_shorter_than_the_first_of_the_ladder_needs_only_its_own_time) {
    FakeClock clock;
    const Tries tries(limits_of(milliseconds(50), milliseconds(1000)), clock, kSeed);

    pass(clock, milliseconds(949));
    EXPECT_TRUE(tries.may_try_again());
    pass(clock, milliseconds(1));
    EXPECT_FALSE(tries.may_try_again());
}

TEST(retry, zero_is_one_try_with_the_usual_wait) {
    FakeClock clock;
    const Tries ladder(limits_of(std::nullopt, milliseconds(0)), clock, kSeed);
    const Tries fixed(limits_of(milliseconds(2000), milliseconds(0)), clock, kSeed);

    EXPECT_FALSE(ladder.may_try_again());
    EXPECT_EQ(ladder.lock_timeout(), milliseconds(300));
    EXPECT_EQ(ladder.patient_lock_timeout(), milliseconds(5000));
    EXPECT_EQ(fixed.lock_timeout(), milliseconds(2000));
    EXPECT_EQ(fixed.patient_lock_timeout(), milliseconds(2000));
}

TEST(retry, pauses_grow_around_doubles_of_a_fifth_of_a_second) {
    for (std::uint32_t seed = 1; seed < 200; ++seed) {
        FakeClock clock;
        Tries tries({}, clock, seed);
        for (const int middle : {200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000}) {
            const milliseconds pause = tries.pause();

            EXPECT_GE(pause.count(), middle / 2) << seed;
            EXPECT_LE(pause.count(), middle / 2 + middle) << seed;
        }
    }
}

TEST(retry, pauses_of_two_processes_differ) {
    FakeClock clock;
    Tries one({}, clock, 1);
    Tries other({}, clock, 2);

    const std::vector<milliseconds> pauses{one.pause(), one.pause(), one.pause()};
    const std::vector<milliseconds> others{other.pause(), other.pause(), other.pause()};

    EXPECT_NE(pauses, others);
}

TEST(retry, pauses_of_one_seed_are_the_same_everywhere) {
    FakeClock clock;
    Tries tries({}, clock, kSeed);

    // The first numbers of minstd_rand are 48271, 182605794 and 1291394886.
    EXPECT_EQ(tries.pause(), milliseconds(100 + 48271 % 201));
    EXPECT_EQ(tries.pause(), milliseconds(200 + 182605794 % 401));
    EXPECT_EQ(tries.pause(), milliseconds(400 + 1291394886 % 801));
}

TEST(retry, a_pause_leaves_time_for_the_try_after_it) {
    FakeClock clock;
    Tries tries(limits_of(std::nullopt, milliseconds(1000)), clock, kSeed);

    pass(clock, milliseconds(650));
    ASSERT_TRUE(tries.may_try_again());
    EXPECT_EQ(tries.pause(), milliseconds(50));
    pass(clock, milliseconds(50));
    EXPECT_EQ(tries.lock_timeout(), milliseconds(300));
    pass(clock, milliseconds(300));
    EXPECT_FALSE(tries.may_try_again());
    EXPECT_EQ(tries.pause(), milliseconds(0));
}

TEST(retry, counts_failed_tries_and_time) {
    FakeClock clock;
    pass(clock, milliseconds(5));
    Tries tries({}, clock, kSeed);

    EXPECT_EQ(tries.failed(), 0U);
    EXPECT_EQ(tries.elapsed(), milliseconds(0));
    tries.pause();
    pass(clock, milliseconds(70));
    EXPECT_EQ(tries.failed(), 1U);
    EXPECT_EQ(tries.elapsed(), milliseconds(70));
}

}  // namespace
}  // namespace aether::migrate::run

// SPDX-License-Identifier: MIT
// Log records: what each hook becomes, and how a record is written as JSON.
#include <aether/migrate/log.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace aether::migrate {
namespace {

using std::chrono::milliseconds;

class LogTest : public ::testing::Test {
protected:
    // Returns a field as text; "absent" when the last record has none of the name.
    std::string field(const std::string& name) const {
        for (const LogField& field : records.back().fields) {
            if (field.name != name)
                continue;
            const auto* text = std::get_if<std::string>(&field.value);
            return text != nullptr ? *text : std::to_string(std::get<std::int64_t>(field.value));
        }
        return "absent";
    }

    StepReport step() const {
        StepReport step;
        step.version = Version{7};
        step.title = "users";
        step.file = "7_users.up.sql";
        step.statements = 3;
        step.ran = milliseconds(5);
        return step;
    }

    std::vector<LogRecord> records;
    LogObserver observer{[this](const LogRecord& record) { records.push_back(record); }};
};

TEST_F(LogTest, a_step_is_told_at_its_beginning_and_at_its_end) {
    observer.step_started(step());
    EXPECT_EQ(records.back().event, "step_started");
    EXPECT_EQ(records.back().level, LogLevel::info);
    EXPECT_EQ(records.back().message, "running 7/u users");
    EXPECT_EQ(field("file"), "7_users.up.sql");
    EXPECT_EQ(field("statements"), "absent");

    observer.step_finished(step());
    EXPECT_EQ(records.back().event, "step_finished");
    EXPECT_EQ(field("version"), "7");
    EXPECT_EQ(field("direction"), "up");
    EXPECT_EQ(field("mode"), "transaction");
    EXPECT_EQ(field("statements"), "3");
    EXPECT_EQ(field("ran_microseconds"), "5000");
}

TEST_F(LogTest, who_holds_the_lock_is_told_as_far_as_it_is_seen) {
    observer.waiting_for_lock(std::nullopt, std::chrono::seconds(11));
    EXPECT_EQ(field("waited_seconds"), "11");
    EXPECT_EQ(field("pid"), "absent");

    spi::LockHolder holder;
    holder.pid = 42;
    holder.application = "other";
    observer.waiting_for_lock(holder, std::chrono::seconds(1));
    EXPECT_EQ(field("pid"), "42");
    EXPECT_EQ(field("application"), "other");
    EXPECT_EQ(field("user"), "absent");
}

TEST_F(LogTest, each_blocker_has_a_record) {
    spi::Blocker first;
    first.pid = 1;
    spi::Blocker second;
    second.pid = 2;

    observer.blocked({first, second});
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records.back().level, LogLevel::warning);
    EXPECT_EQ(field("pid"), "2");

    observer.blocked({});
    EXPECT_EQ(records.back().message, "waiting for a lock: who holds it can't be seen");
}

TEST_F(LogTest, another_try_notices_and_warnings_are_told) {
    ErrorDetails why;
    why.message = "lock not granted in 300ms";
    why.sqlstate = "55P03";
    observer.trying_again(step(), why, 2, milliseconds(200));
    EXPECT_EQ(records.back().message, "trying 7/u users again: lock not granted in 300ms");
    EXPECT_EQ(field("tries"), "2");
    EXPECT_EQ(field("pause_milliseconds"), "200");
    EXPECT_EQ(field("sqlstate"), "55P03");

    spi::Notice notice;
    notice.severity = "NOTICE";
    notice.message = "hello";
    observer.notice(notice);
    EXPECT_EQ(records.back().level, LogLevel::debug);
    EXPECT_EQ(field("severity"), "NOTICE");

    observer.warning("careful");
    EXPECT_EQ(records.back().level, LogLevel::warning);
    EXPECT_EQ(records.back().message, "careful");
}

TEST_F(LogTest, a_failure_keeps_its_place_and_what_to_do_next) {
    ErrorDetails details;
    details.code = ErrorCode::migration_failed;
    details.message = "migration failed";
    details.where = {"2_b.up.sql", 5, 1};
    details.next = "mend it";

    records.push_back(log_record(Error(details)));

    EXPECT_EQ(records.back().level, LogLevel::error);
    EXPECT_EQ(field("code"), "migration_failed");
    EXPECT_EQ(field("line"), "5");
    EXPECT_EQ(field("next"), "mend it");
    EXPECT_EQ(field("sqlstate"), "absent");
}

TEST(log, json_is_one_line_whatever_is_in_the_texts) {
    LogRecord record;
    record.time = std::chrono::system_clock::time_point(milliseconds(1500));
    record.level = LogLevel::warning;
    record.event = "warning";
    record.message = "a \"b\"\\\n\x01 \xC3\xA9 \xFF";
    record.fields = {{"file", "x"}, {"version", std::int64_t{7}}};

    EXPECT_EQ(to_json(record), R"({"time":"1970-01-01T00:00:01.500000Z","level":"warning","event":"warning",)"
                               "\"message\":\"a \\\"b\\\"\\\\\\n\\u0001 \xC3\xA9 \\ufffd\","
                               R"("file":"x","version":7})");
}

}  // namespace
}  // namespace aether::migrate

// SPDX-License-Identifier: MIT
// The x- parameters that golang-migrate's drivers share.
#include <aether/migrate/spi/parameters.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::spi {
namespace {

Settings settings_of(const std::string& query) {
    return read_settings(Url::parse("postgres://localhost/db?" + query));
}

std::string refusal_of(const std::string& query) {
    try {
        settings_of(query);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_url);
        return error.what();
    }
    return "accepted";
}

TEST(Parameters, have_golang_migrates_defaults) {
    const Settings settings = settings_of("");

    EXPECT_EQ(settings.table, "schema_migrations");
    EXPECT_FALSE(settings.table_schema.has_value());
    EXPECT_TRUE(settings.history);
    EXPECT_FALSE(settings.multi_statement);
    EXPECT_EQ(settings.multi_statement_max_bytes, 10485760U);
    EXPECT_FALSE(settings.limits.statement_timeout);
}

TEST(Parameters, keep_a_dot_in_the_table_name) {
    EXPECT_EQ(settings_of("x-migrations-table=app.mig").table, "app.mig");
}

TEST(Parameters, read_a_quoted_schema_and_table) {
    const Settings settings =
        settings_of("x-migrations-table=%22app%22.%22mig%22&x-migrations-table-quoted=1");

    EXPECT_EQ(settings.table_schema, "app");
    EXPECT_EQ(settings.table, "mig");
}

TEST(Parameters, read_a_quoted_table_alone) {
    const Settings settings = settings_of("x-migrations-table=%22mig%22&x-migrations-table-quoted=true");

    EXPECT_FALSE(settings.table_schema.has_value());
    EXPECT_EQ(settings.table, "mig");
}

TEST(Parameters, refuse_an_unquoted_table_in_quoted_mode) {
    EXPECT_EQ(refusal_of("x-migrations-table=mig&x-migrations-table-quoted=1"),
              "x-migrations-table must be quoted (for instance '\"migrate\".\"schema_migrations\"') when "
              "x-migrations-table-quoted is enabled, current value is: mig");
}

TEST(Parameters, refuse_three_quoted_parts) {
    EXPECT_EQ(refusal_of("x-migrations-table=%22a%22.%22b%22.%22c%22&x-migrations-table-quoted=1"),
              "\"\"a\".\"b\".\"c\"\" MigrationsTable contains too many dot characters");
}

TEST(Parameters, refuse_quoted_mode_without_a_table) {
    EXPECT_EQ(refusal_of("x-migrations-table-quoted=1"),
              "x-migrations-table-quoted is set without x-migrations-table");
}

TEST(Parameters, read_bools_as_go_does) {
    EXPECT_TRUE(settings_of("x-multi-statement=T").multi_statement);
    EXPECT_FALSE(settings_of("x-multi-statement=False").multi_statement);
    EXPECT_FALSE(settings_of("x-history=0").history);
    EXPECT_EQ(refusal_of("x-multi-statement=yes"),
              "unable to parse option x-multi-statement: strconv.ParseBool: parsing \"yes\": invalid syntax");
}

TEST(Parameters, read_numbers_as_go_does) {
    EXPECT_EQ(settings_of("x-statement-timeout=%2B250").limits.statement_timeout->count(), 250);
    EXPECT_EQ(settings_of("x-multi-statement-max-size=-1").multi_statement_max_bytes, 10485760U);
    EXPECT_EQ(settings_of("x-multi-statement-max-size=100").multi_statement_max_bytes, 100U);
    EXPECT_EQ(refusal_of("x-statement-timeout=soon"),
              "unable to parse option x-statement-timeout: strconv.Atoi: parsing \"soon\": invalid syntax");
    EXPECT_EQ(refusal_of("x-statement-timeout=99999999999999999999"),
              "unable to parse option x-statement-timeout: strconv.Atoi: "
              "parsing \"99999999999999999999\": value out of range");
    EXPECT_EQ(refusal_of("x-statement-timeout=%2B-1"),
              "unable to parse option x-statement-timeout: strconv.Atoi: parsing \"+-1\": invalid syntax");
}

TEST(Parameters, read_limits_as_durations) {
    const Limits limits = settings_of(
                              "x-table-lock-timeout=3s&x-retry-for=10m&x-statement-timeout=1.5s"
                              "&x-idle-timeout=0&x-client-check-interval=500ms")
                              .limits;

    EXPECT_EQ(limits.table_lock_timeout, std::chrono::milliseconds(3000));
    EXPECT_EQ(limits.retry_for, std::chrono::minutes(10));
    EXPECT_EQ(limits.statement_timeout, std::chrono::milliseconds(1500));
    EXPECT_EQ(limits.idle_timeout, std::chrono::milliseconds(0));
    EXPECT_EQ(limits.client_check_interval, std::chrono::milliseconds(500));
}

TEST(Parameters, set_no_limit_that_is_not_there) {
    EXPECT_EQ(settings_of("").limits, Limits());
    EXPECT_EQ(settings_of("x-retry-for=&x-statement-timeout=").limits, Limits());
}

TEST(Parameters, take_a_timeout_in_milliseconds_of_any_size) {
    EXPECT_EQ(settings_of("x-statement-timeout=0").limits.statement_timeout, std::chrono::milliseconds(0));
    EXPECT_EQ(settings_of("x-statement-timeout=9223372036854775807").limits.statement_timeout, kLongestLimit);
}

TEST(Parameters, refuse_what_is_no_limit) {
    for (const std::string name :
         {"x-table-lock-timeout", "x-retry-for", "x-idle-timeout", "x-client-check-interval"}) {
        EXPECT_EQ(refusal_of(name + "=10"),
                  "unable to parse option " + name + ": time: missing unit in duration \"10\"");
        EXPECT_EQ(refusal_of(name + "=-1s"),
                  "unable to parse option " + name + ": duration \"-1s\" is negative");
        EXPECT_EQ(refusal_of(name + "=600h"),
                  "unable to parse option " + name + ": duration \"600h\" is longer than 24 days");
    }
    EXPECT_EQ(refusal_of("x-statement-timeout=-1s"),
              "unable to parse option x-statement-timeout: duration \"-1s\" is negative");
}

TEST(Parameters, say_how_a_limit_is_written) {
    try {
        settings_of("x-retry-for=10");
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.details().hint,
                  "write a duration as 300ms, 1.5s, 10m or 1h30m; 0 switches the limit off");
    }
}

TEST(Parameters, refuse_a_negative_timeout) {
    EXPECT_EQ(refusal_of("x-statement-timeout=-5"), "x-statement-timeout must not be negative: -5");
}

TEST(Parameters, ignore_unknown_x_keys) {
    EXPECT_EQ(refusal_of("x-anything=1"), "accepted");
}

}  // namespace
}  // namespace aether::migrate::spi

// SPDX-License-Identifier: MIT
// What the library's exception carries, and the names of its codes.
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

TEST(error, what_is_the_message_alone) {
    const Error error(ErrorCode::dirty, "Dirty database version 3. Fix and force version.");

    EXPECT_STREQ(error.what(), "Dirty database version 3. Fix and force version.");
    EXPECT_EQ(error.code(), ErrorCode::dirty);
    EXPECT_TRUE(error.details().next.empty());
}

TEST(error, carries_all_details_through_a_copy) {
    ErrorDetails details;
    details.code = ErrorCode::migration_failed;
    details.message = "migration failed";
    details.where = {"1_a.up.sql", 3, 7};
    details.sqlstate = "42601";
    details.next = "migrate up";
    const Error error(details);

    const std::unique_ptr<Error> copy = std::make_unique<Error>(error);

    EXPECT_STREQ(copy->what(), "migration failed");
    EXPECT_EQ(copy->details().where.file, "1_a.up.sql");
    EXPECT_EQ(copy->details().where.line, 3U);
    EXPECT_EQ(copy->details().where.column, 7U);
    EXPECT_EQ(copy->details().sqlstate, "42601");
    EXPECT_EQ(copy->details().next, "migrate up");
}

TEST(error, every_code_has_a_name_of_its_own) {
    std::set<std::string> names;
    const int last = static_cast<int>(ErrorCode::internal);

    for (int code = 0; code <= last; ++code) {
        names.emplace(name_of(static_cast<ErrorCode>(code)));
    }

    EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
    EXPECT_EQ(name_of(ErrorCode::lock_timeout), "lock_timeout");
    EXPECT_EQ(name_of(ErrorCode::internal), "internal");
}

}  // namespace
}  // namespace aether::migrate

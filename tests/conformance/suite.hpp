// SPDX-License-Identifier: MIT
// Makes a GoogleTest of each check of the conformance kit.
#pragma once

#include <string>

#include <gtest/gtest.h>
#include <aether/migrate/conformance.hpp>

namespace aether::migrate::conformance {

/// A check of one subject as a test.
class ConformanceTest : public testing::Test {
public:
    ConformanceTest(const Subject& subject, std::string check)
        : subject_(subject), check_(std::move(check)) {}

private:
    void TestBody() override {
        for (const Result& result : run(subject_, {.filter = check_})) {
            if (result.outcome == Outcome::not_applicable)
                GTEST_SKIP() << to_line(result);
            EXPECT_EQ(result.outcome, Outcome::passed) << to_line(result);
        }
    }

    const Subject& subject_;
    std::string check_;
};

/// Registers the checks of a subject, which outlives the tests.
inline void register_checks(const Subject& subject) {
    for (const std::string& check : check_names(subject)) {
        testing::RegisterTest(
            "conformance", check.c_str(), nullptr, nullptr, __FILE__, __LINE__,
            [&subject, check]() -> testing::Test* { return new ConformanceTest(subject, check); });
    }
}

}  // namespace aether::migrate::conformance

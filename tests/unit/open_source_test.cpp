// SPDX-License-Identifier: MIT
// How a URL finds its source.
#include "../../src/source/open.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../src/source/memory.hpp"

namespace aether::migrate {
namespace {

std::unique_ptr<spi::Source> open_named_after_url(std::string_view url) {
    return std::make_unique<MemorySource>(MemorySource::Files(), std::string(url));
}

constexpr std::array<std::string_view, 1> kFile = {"file"};
constexpr std::array<std::string_view, 2> kWeb = {"https", "http"};
constexpr std::array<spi::SourceInfo, 2> kSources = {
    spi::SourceInfo{"web", kWeb, &open_named_after_url},
    spi::SourceInfo{"directory", kFile, &open_named_after_url},
};

ErrorDetails refusal(std::string_view url) {
    try {
        (void)open_source(url, kSources);
    } catch (const Error& error) {
        return error.details();
    }
    ADD_FAILURE() << url;
    return {};
}

TEST(open_source, hands_the_url_as_written_to_the_source_of_its_scheme) {
    EXPECT_EQ(open_source("file://m?x=1", kSources)->describe(), "file://m?x=1");
    EXPECT_EQ(open_source("http://m", kSources)->describe(), "http://m");
}

TEST(open_source, compares_schemes_in_lower_case) {
    EXPECT_EQ(open_source("FILE://M", kSources)->describe(), "FILE://M");
}

TEST(open_source, refuses_unknown_schemes_and_lists_the_known_ones) {
    const ErrorDetails details = refusal("foo://bar");

    EXPECT_EQ(details.code, ErrorCode::unknown_scheme);
    EXPECT_EQ(details.message, "source driver: unknown driver 'foo' (forgotten import?)");
    EXPECT_EQ(details.hint, "the sources are: file, http, https");
}

TEST(open_source, refuses_texts_that_are_no_url) {
    EXPECT_EQ(refusal("").message, "URL cannot be empty");
    EXPECT_EQ(refusal("migrations").message, "no scheme");
    EXPECT_EQ(refusal("://m").message, "no scheme");
    EXPECT_EQ(refusal("foo://p%zz").message, R"(parse "foo://p%zz": invalid URL escape "%zz")");
    EXPECT_EQ(refusal("foo://p%zz").code, ErrorCode::invalid_url);
}

}  // namespace
}  // namespace aether::migrate

// SPDX-License-Identifier: MIT
// SHA-256 against the values of its standard.
#include "../../src/migration/checksum.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

constexpr std::string_view kOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string checksum_of(std::string_view bytes) {
    Checksum checksum;
    checksum.update(bytes);
    return checksum.finish();
}

TEST(checksum, gives_the_values_of_the_standard) {
    EXPECT_EQ(checksum_of(""), kOfNothing);
    EXPECT_EQ(checksum_of("abc"), kOfAbc);
    EXPECT_EQ(checksum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(checksum, does_not_depend_on_how_the_bytes_are_cut) {
    Checksum checksum;

    checksum.update("a");
    checksum.update("");
    checksum.update("bc");

    EXPECT_EQ(checksum.finish(), kOfAbc);
}

TEST(checksum, counts_zero_bytes) {
    EXPECT_NE(checksum_of(std::string_view("\0", 1)), kOfNothing);
    EXPECT_NE(checksum_of(std::string_view("abc\0", 4)), kOfAbc);
}

TEST(checksum, begins_anew_after_finish) {
    Checksum checksum;
    checksum.update("abc");

    EXPECT_EQ(checksum.finish(), kOfAbc);
    EXPECT_EQ(checksum.finish(), kOfNothing);
}

TEST(checksum, moves_with_what_it_has_seen) {
    Checksum first;
    first.update("ab");

    Checksum second(std::move(first));
    second.update("c");

    EXPECT_EQ(second.finish(), kOfAbc);
}

}  // namespace
}  // namespace aether::migrate

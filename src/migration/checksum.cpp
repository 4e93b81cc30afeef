// SPDX-License-Identifier: MIT
// The checksum of a migration file, by which a later change of it is noticed.
#include "checksum.hpp"

// The plain functions are deprecated in favour of a framework with providers and a configuration file, which
// takes longer to start than an up-to-date run needs altogether, and twenty times the code.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <array>

namespace aether::migrate {

struct Checksum::State {
    SHA256_CTX context{};
};

Checksum::Checksum() : state_(std::make_unique<State>()) {
    SHA256_Init(&state_->context);
}
Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

void Checksum::update(std::string_view bytes) {
    SHA256_Update(&state_->context, bytes.data(), bytes.size());
}

std::string Checksum::finish() {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256_Final(digest.data(), &state_->context);
    SHA256_Init(&state_->context);
    std::string digits;
    for (const unsigned char byte : digest) {
        digits += kDigits[byte >> 4U];
        digits += kDigits[byte & 0xfU];
    }
    return digits;
}

}  // namespace aether::migrate

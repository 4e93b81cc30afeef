// SPDX-License-Identifier: MIT
// The checksum of a migration file, by which a later change of it is noticed.
#include "checksum.hpp"

#include <openssl/evp.h>
#include <array>

#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

// OpenSSL answers 1 for success; it fails when its configuration allows no SHA-256.
void check(int answer) {
    if (answer != 1) {
        throw Error(ErrorCode::internal, "OpenSSL can't compute SHA-256: check the system's openssl.cnf");
    }
}

}  // namespace

struct Checksum::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};

    void begin() { check(context ? EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) : 0); }
};

Checksum::Checksum() : state_(std::make_unique<State>()) {
    state_->begin();
}
Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

void Checksum::update(std::string_view bytes) {
    check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Checksum::finish() {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size));
    state_->begin();
    std::string digits;
    for (unsigned int i = 0; i < size; ++i) {
        digits += kDigits[digest[i] >> 4U];
        digits += kDigits[digest[i] & 0xfU];
    }
    return digits;
}

}  // namespace aether::migrate

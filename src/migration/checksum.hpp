// SPDX-License-Identifier: MIT
// The checksum of a migration file, by which a later change of it is noticed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace aether::migrate {

/// SHA-256 over bytes that come in pieces.
class Checksum {
public:
    Checksum();
    ~Checksum();
    Checksum(Checksum&&) noexcept;
    Checksum& operator=(Checksum&&) noexcept;
    Checksum(const Checksum&) = delete;
    Checksum& operator=(const Checksum&) = delete;

    void update(std::string_view bytes);

    /// Returns 64 lower-case hexadecimal digits for all bytes since the last call, and begins anew.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace aether::migrate

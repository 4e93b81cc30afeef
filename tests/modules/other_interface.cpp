// SPDX-License-Identifier: MIT
// A module of another version of this library: nothing behind its number may be read.
#include <cstdint>

namespace {

struct OtherModule {
    std::uint32_t interface;
};

}  // namespace

extern "C" {
extern const OtherModule aether_migrate_driver_module __attribute__((visibility("default")));
const OtherModule aether_migrate_driver_module{4711};
}

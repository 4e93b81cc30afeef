// SPDX-License-Identifier: MIT
// golang-migrate's lock ids, for drivers of databases on which it locks.
#include <aether/migrate/spi/lock_id.hpp>

#include <string>

#include "../base/crc32.hpp"

namespace aether::migrate::spi {

std::uint32_t lock_id(std::initializer_list<std::string_view> names, std::string_view database) {
    std::string key;
    for (const std::string_view name : names) {
        key.append(name).push_back('\0');
    }
    key.append(database);
    return crc32(key) * 1486364155U;
}

}  // namespace aether::migrate::spi

// SPDX-License-Identifier: MIT
// Prints what is embedded.
#include <cstdio>

#include "aether_migrate_embedded_migrations.hpp"

int main() {
    for (std::size_t i = 0; i < aether_migrate_embedded_migrations.count; ++i) {
        const aether::migrate::EmbeddedFile& file = aether_migrate_embedded_migrations.files[i];
        std::printf("%s: %.*s", file.name, static_cast<int>(file.end - file.begin), file.begin);
    }
}

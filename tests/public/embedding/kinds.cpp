// SPDX-License-Identifier: MIT
// Migrates a new database from each of the embedded sources that its arguments name.
#include <iostream>

#include <aether/migrate/migrate.hpp>
#include <aether/migrate/text.hpp>

#include "aether_migrate_embedded_in_program.hpp"

namespace {

void migrate(const char* what, const aether::migrate::Options& options) try {
    const aether::migrate::Report report = aether::migrate::Migrator(options).up();
    std::cout << what << ": version " << to_string(report.state.version) << '\n';
} catch (const aether::migrate::Error& error) {
    std::cout << to_text(error) << '\n';
}

}  // namespace

int main(int count, char** values) {
    for (int i = 1; i < count; ++i) {
        aether::migrate::Options options;
        options.database = "sqlite://:memory:";
        options.source = values[i];
        migrate(values[i], options);
    }
    aether::migrate::Options options;
    options.database = "sqlite://:memory:";
    options.embedded = &aether_migrate_embedded_in_program;
    options.path = "counts less";
    migrate("by its address", options);
}

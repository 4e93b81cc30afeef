// SPDX-License-Identifier: MIT
// A stranger's program: migrates the database of its second argument with the files of its first.
#include <aether/migrate/migrate.hpp>

#include <iostream>

int main(int, char** arguments) {
    aether::migrate::Options options;
    options.path = arguments[1];
    options.database = arguments[2];
    aether::migrate::Migrator migrator(options);
    migrator.up();
    std::cout << aether::migrate::to_string(migrator.version().version) << '\n';
}

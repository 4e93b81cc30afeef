// SPDX-License-Identifier: MIT
// A program that carries its migrations and brings its database up to date.
#include <cstdlib>
#include <iostream>

#include <aether/migrate/migrate.hpp>
#include <aether/migrate/text.hpp>

int main() {
    const char* const url = std::getenv("DATABASE_URL");
    aether::migrate::Options options;
    options.source = "embedded://shop";
    options.database = url == nullptr ? "sqlite://shop.db" : url;
    try {
        const aether::migrate::Report report = aether::migrate::Migrator(options).up();
        std::cout << "version " << to_string(report.state.version) << '\n';
    } catch (const aether::migrate::Error& error) {
        std::cerr << to_text(error) << '\n';
        return 1;
    }
}

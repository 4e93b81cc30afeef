// SPDX-License-Identifier: MIT
// Migrates a database of users, the third step by a function: slugs are made as the program makes them.
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <string>

#include <aether/migrate/migrate.hpp>
#include <aether/migrate/text.hpp>

namespace {

namespace migrate = aether::migrate;

// What the rest of the program calls for a new user, too.
std::string slug_of(const std::string& name) {
    std::string slug;
    for (const char character : name) {
        const auto byte = static_cast<unsigned char>(character);
        slug.push_back(std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '-');
    }
    return slug;
}

void fill_slugs(migrate::CodeSession& session) {
    const bool numbered = session.database() == "postgres";
    const std::string update = numbered ? "UPDATE users SET slug = $1 WHERE id = CAST($2 AS integer)"
                                        : "UPDATE users SET slug = ? WHERE id = ?";
    for (const auto& row : session.query("SELECT id, name FROM users WHERE slug IS NULL")) {
        session.execute(update, {slug_of(row.at(1).value_or("")), row.at(0)});
    }
}

void clear_slugs(migrate::CodeSession& session) {
    session.execute("UPDATE users SET slug = NULL");
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: users DATABASE_URL up|down\n";
        return 2;
    }
    migrate::Options options;
    options.path = "migrations";
    options.database = arguments[1];
    options.code = {{migrate::Version{3}, fill_slugs, clear_slugs}};
    try {
        migrate::Migrator migrator(options);
        const migrate::Report report = std::string(arguments[2]) == "down" ? migrator.down() : migrator.up();
        std::cout << migrate::in_words(report.state.version) << '\n';
    } catch (const migrate::Error& error) {
        std::cerr << to_text(error) << '\n';
        return 1;
    }
}

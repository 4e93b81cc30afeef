// SPDX-License-Identifier: MIT
// How the engine reads one statement by a dialect: for authors of drivers, who try their rules with it.
#include <aether/migrate/spi/statement.hpp>

#include "../sql/classify.hpp"
#include "../sql/splitter.hpp"
#include "../sql/tokens.hpp"

namespace aether::migrate::spi {

StatementKind kind_of(std::string_view statement, const Dialect& dialect) {
    return sql::classify(statement, dialect).kind;
}

std::vector<std::string_view> statements_of(std::string_view script, const Dialect& dialect) {
    std::vector<std::string_view> statements;
    for (const sql::Statement& statement : sql::split(script, dialect, sql::Ending::whole_text).statements) {
        statements.push_back(script.substr(statement.begin, statement.end - statement.begin));
    }
    return statements;
}

std::vector<std::string_view> tokens_of(std::string_view statement, const Dialect& dialect) {
    return sql::tokens_of(statement, dialect.lexical);
}

}  // namespace aether::migrate::spi

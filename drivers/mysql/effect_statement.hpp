// SPDX-License-Identifier: MIT
// Reads from a statement's tokens what its effect can be told by: which objects, and in which manner they
// change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/effect.hpp>

namespace aether::migrate::mysql {

/// What the catalogue can tell of a statement.
enum class Manner {
    none,        ///< Nothing: it runs other statements (CALL), or does not come back (SHUTDOWN).
    repeatable,  ///< To run it again does no harm.
    unseen,      ///< One change that the catalogue does not show, or whose words are not all understood.
    together,    ///< Its objects change all at once.
    one_by_one   ///< Its objects are removed one after the other.
};

/// What SHOW CREATE is asked for.
enum class ObjectKind { table, view, procedure, function, trigger, event, database };

/// The word of an object's statements: "TABLE".
std::string_view word_of(ObjectKind kind) noexcept;

/// An object as the statement names it.
struct NamedObject {
    ObjectKind kind = ObjectKind::table;
    std::optional<std::string> schema;  ///< Nothing: the session's database.
    std::string name;                   ///< Of a database: its own.
};

struct EffectStatement {
    Manner manner = Manner::unseen;
    std::vector<NamedObject> objects;
};

/// Reads a statement. Never throws but for memory.
EffectStatement read_effect_statement(const spi::StatementView& statement);

}  // namespace aether::migrate::mysql

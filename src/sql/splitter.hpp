// SPDX-License-Identifier: MIT
// Cuts a script into classified statements, whole or in pieces as it is read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/dialect.hpp>

#include "script.hpp"

namespace aether::migrate::sql {

/// Whether the text is all there is.
enum class Ending {
    whole_text,      ///< The text's end ends the last statement.
    more_may_follow  ///< The text is a piece; its last statement may go on in the next one.
};

/// A part of a text that only a shell client understands: a DELIMITER command, or a delimiter that it set.
struct ClientPart {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool separates = false;  ///< It ends a statement that has no semicolon of its own.
};

/// What was found in one text.
struct Split {
    std::vector<Statement> statements;

    /// Where the text of the next piece must begin; with whole_text its size.
    std::size_t consumed = 0;

    /// First byte of a string, quoted name or block comment that is never closed; with whole_text only.
    /// It is part of the last statement, so the server refuses it in its own words.
    std::optional<std::size_t> unterminated;

    /// What must not be sent, in order, see hide_client_parts(). Empty when the text uses no DELIMITER and
    /// none is in force.
    std::vector<ClientPart> client_parts;

    /// What ends statements behind `consumed`: the delimiter for the next piece.
    std::string delimiter = ";";
};

/// Cuts a text at the semicolons that end statements: not those inside strings, quoted names, comments, or
/// what the dialect's rules say of parentheses and bodies. Empty statements are left out. Each statement is
/// classified by the dialect's table.
///
/// A client command (lexical.client_commands: a backslash where a statement could begin) reaches to the end
/// of its line and is refused, whatever the table says of its kind. What follows COPY … FROM STDIN is data,
/// not SQL, and is cut up all the same: stop at the first refused statement.
///
/// `DELIMITER xx` (lexical.delimiter_command) where a statement could begin makes xx end statements; it is no
/// part of their text. A semicolon goes on to end those that can't have a body, because the server would take
/// it so, too. A DELIMITER without a delimiter, or with more behind it than a comment, is a refused
/// statement.
///
/// Streaming: call with more_may_follow on a buffer, use the statements, drop `consumed` bytes, append the
/// next bytes, and at last call with whole_text on what is left, each time with the delimiter of the call
/// before. The statements and their bytes are then those of the whole text, wherever it was cut. When nothing
/// was consumed the buffer must grow; doubling it keeps the work linear. The text must be free of a byte
/// order mark.
Split split(std::string_view text, const spi::Dialect& dialect, Ending ending,
            std::string_view delimiter = ";");

/// Makes blanks of the client's parts in the text that was split, and a semicolon where one separates
/// statements: what is left is for the server, and every offset stays as it was.
void hide_client_parts(std::string& text, const Split& split);

}  // namespace aether::migrate::sql

// SPDX-License-Identifier: MIT
// Counts what is open in the body of a stored program: blocks, IF and CASE statements, loops, packages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aether::migrate::sql {

/// The words of stored programs that open, close or separate something.
enum class ProgramWord : std::uint8_t {
    other,
    as,
    atomic,
    begin,
    case_,
    declare,
    do_,
    else_,
    elseif,
    end,
    for_,
    handler,
    if_,
    loop,
    not_,
    operand_next,  ///< AND, LIKE and their like: what follows is an operand, so END is a name there.
    repeat,
    routine,  ///< PROCEDURE, FUNCTION
    sqlstate,
    then,
    until,
    value,
    when,
    while_
};

/// Returns what a word is, in any case of its letters.
ProgramWord find_program_word(std::string_view word);

/// The grammar of stored programs (SQL/PSM, and what MariaDB takes over from PL/SQL), as far as it says which
/// semicolon is the last one.
///
/// BEGIN, IF, CASE, LOOP, WHILE, REPEAT and FOR open something only where a statement begins; elsewhere they
/// are functions (IF(), REPEAT()), expressions (CASE … END), clauses (FOR UPDATE) or names. Where that is,
/// follows from what stands before: a semicolon, BEGIN, THEN, ELSE, DO, LOOP, REPEAT, a label's colon, or the
/// condition of a handler. So no opened kind need be remembered: whatever an END closes there is the last
/// one.
class CompoundBody {
public:
    /// From here on a statement is expected.
    void begin() { expects_statement_ = true; }
    /// From here on declarations are, and then a block.
    void begin_declarations();
    /// From here on declarations and routines of a package are, up to its END.
    void begin_package();

    /// Each takes one token; take_other() names, strings, numbers and parameters.
    void take_word(ProgramWord word);
    void take_punctuation(char c);
    void take_other();

    /// Whether a semicolon is part of the body now.
    bool is_open() const { return depth_ > 0 || declarations_; }

private:
    /// How far DECLARE … HANDLER FOR condition, … is.
    enum class Handler : std::uint8_t { none, declare, handler, condition, complete };
    /// How far a routine of a package is.
    enum class Routine : std::uint8_t { none, header, declarations };

    void take_semicolon();
    bool take_handler_word(ProgramWord word);
    void begin_statement(ProgramWord word);
    void begin_block();
    void go_on(ProgramWord word);
    void close();

    std::size_t depth_ = 0;        // what is open, expressions aside
    std::size_t cases_ = 0;        // open CASE expressions
    std::size_t parentheses_ = 0;  // inside, nothing opens or ends a statement
    bool expects_statement_ = false;
    bool may_be_label_ = false;  // a statement's first token was a name
    bool operand_next_ = false;  // so that END is a name
    bool awaits_do_ = false;     // WHILE or FOR was
    bool awaits_end_ = false;    // UNTIL was
    bool after_end_ = false;     // what follows, up to the semicolon, says only what was closed
    bool declarations_ = false;  // of a routine, before its BEGIN
    bool package_ = false;
    Handler handler_ = Handler::none;
    Routine routine_ = Routine::none;
};

}  // namespace aether::migrate::sql

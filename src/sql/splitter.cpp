// SPDX-License-Identifier: MIT
// The splitter: passes the tokens once and keeps count of what keeps a statement open.
#include "splitter.hpp"

#include "classify.hpp"
#include "lexer.hpp"

namespace aether::migrate::sql {
namespace {

/// What the tokens of one statement so far say about the next semicolon.
class Shape {
public:
    void take(std::string_view text, const Token& token, const spi::LexicalRules& rules) {
        if (token.kind == TokenKind::punctuation) {
            take_punctuation(text[token.begin]);
        } else if (token.kind != TokenKind::word) {
            previous_ = Previous::other;
        } else if (rules.atomic_bodies && header_ != Header::other) {
            take_word(text.substr(token.begin, token.end - token.begin));
            return;
        }
        if (header_ != Header::routine) {
            header_ = Header::other;
        }
    }

    bool ends_at_semicolon() const { return parentheses_ == 0 && blocks_ == 0; }

private:
    /// How far a statement goes along CREATE [OR REPLACE] FUNCTION or PROCEDURE, the only ones with atomic
    /// bodies.
    enum class Header { none, create, create_or, create_or_replace, routine, other };
    enum class Previous { other, begin, names_next };

    void take_punctuation(char c) {
        if (c == '(') {
            ++parentheses_;
        } else if (c == ')' && parentheses_ > 0) {
            --parentheses_;
        }
        previous_ = c == '.' ? Previous::names_next : Previous::other;
    }

    void take_word(std::string_view word) {
        if (header_ != Header::routine) {
            header_ = next_header(word);
            return;
        }
        const Previous previous = previous_;
        previous_ = Previous::other;
        // `x.end` and `AS end` are names. Inside parentheses CASE … END is balanced and no semicolon splits.
        if (previous == Previous::names_next || parentheses_ > 0) {
            return;
        }
        if (equals_ignoring_case(word, "as")) {
            previous_ = Previous::names_next;
        } else if (blocks_ == 0) {
            if (previous == Previous::begin && equals_ignoring_case(word, "atomic")) {
                blocks_ = 1;
            } else if (equals_ignoring_case(word, "begin")) {
                previous_ = Previous::begin;
            }
        } else if (equals_ignoring_case(word, "case")) {
            ++blocks_;
        } else if (equals_ignoring_case(word, "end")) {
            --blocks_;
        }
    }

    Header next_header(std::string_view word) const {
        switch (header_) {
            case Header::none:
                return equals_ignoring_case(word, "create") ? Header::create : Header::other;
            case Header::create:
                if (equals_ignoring_case(word, "or")) {
                    return Header::create_or;
                }
                [[fallthrough]];
            case Header::create_or_replace:
                return equals_ignoring_case(word, "function") || equals_ignoring_case(word, "procedure")
                           ? Header::routine
                           : Header::other;
            case Header::create_or:
                return equals_ignoring_case(word, "replace") ? Header::create_or_replace : Header::other;
            case Header::routine:
            case Header::other:
                break;
        }
        return header_;
    }

    Header header_ = Header::none;
    Previous previous_ = Previous::other;
    std::size_t parentheses_ = 0;
    std::size_t blocks_ = 0;
};

Statement make_statement(std::string_view text, std::size_t begin, std::size_t end,
                         const Classifier& classifier) {
    const Classification found = classifier.classify(text.substr(begin, end - begin));
    return {begin, end, found.kind, found.what};
}

/// Returns the end of the line, or nothing when it may go on in the next piece.
std::optional<std::size_t> find_command_end(std::string_view text, std::size_t begin, Ending ending) {
    const std::size_t end = text.find_first_of("\r\n", begin);
    if (end != std::string_view::npos) {
        return end;
    }
    return ending == Ending::whole_text ? std::optional(text.size()) : std::nullopt;
}

Statement make_client_command(std::string_view text, std::size_t begin, std::size_t end,
                              const Classifier& classifier) {
    Statement statement = make_statement(text, begin, end, classifier);
    statement.kind = spi::StatementKind::refused;
    if (statement.what.empty()) {
        statement.what = "client command";
    }
    return statement;
}

bool is_punctuation(std::string_view text, const Token& token, char c) {
    return token.kind == TokenKind::punctuation && text[token.begin] == c;
}

}  // namespace

Split split(std::string_view text, const spi::Dialect& dialect, Ending ending) {
    const Classifier classifier(dialect);
    Split result;
    std::optional<std::size_t> begin;  // of the open statement
    std::size_t at = 0;                // end of the last token
    Shape shape;
    while (true) {
        const Token token = next_token(text, at, dialect.lexical);
        if (token.kind == TokenKind::end) {
            if (ending == Ending::whole_text && begin) {
                result.statements.push_back(make_statement(text, *begin, at, classifier));
            }
            result.consumed = ending == Ending::whole_text ? text.size() : begin.value_or(token.begin);
            return result;
        }
        at = token.end;
        if (!token.terminated && ending == Ending::whole_text) {
            result.unterminated = token.begin;
        }
        if (!begin && dialect.lexical.client_commands && is_punctuation(text, token, '\\')) {
            const std::optional<std::size_t> end = find_command_end(text, token.begin, ending);
            if (!end) {
                result.consumed = token.begin;
                return result;
            }
            result.statements.push_back(make_client_command(text, token.begin, *end, classifier));
            at = *end;
        } else if (is_punctuation(text, token, ';') && shape.ends_at_semicolon()) {
            if (begin) {
                result.statements.push_back(make_statement(text, *begin, at, classifier));
            }
            begin.reset();
            shape = Shape();
        } else {
            if (!begin) {
                begin = token.begin;
            }
            shape.take(text, token, dialect.lexical);
        }
    }
}

}  // namespace aether::migrate::sql

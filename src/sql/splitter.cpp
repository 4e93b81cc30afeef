// SPDX-License-Identifier: MIT
// The splitter: passes the tokens once and cuts where a statement's shape lets a semicolon end it.
#include "splitter.hpp"

#include <algorithm>

#include "classify.hpp"
#include "delimiter.hpp"
#include "lexer.hpp"
#include "shape.hpp"

namespace aether::migrate::sql {
namespace {

class Splitter {
public:
    Splitter(std::string_view text, const spi::Dialect& dialect, Ending ending, std::string_view delimiter)
        : text_(text), rules_(dialect.lexical), classifier_(dialect), ending_(ending), shape_(rules_) {
        result_.delimiter = delimiter;
    }

    Split run() {
        while (true) {
            const Token token = next_token(text_, last_, rules_, own_delimiter());
            if (token.kind == TokenKind::end) {
                finish(token);
                return std::move(result_);
            }
            if (!token.terminated && ending_ == Ending::whole_text) {
                result_.unterminated = token.begin;
            }
            if (!take(token)) {
                result_.consumed = begin_.value_or(token.begin);
                return std::move(result_);
            }
        }
    }

private:
    /// Returns false when the next piece decides what the token is.
    bool take(const Token& token) {
        if (token.kind == TokenKind::delimiter) {
            take_delimiter(token);
            return true;
        }
        if (rules_.client_commands && !begin_ && is_punctuation(text_, token, '\\')) {
            return take_client_command(token);
        }
        if (rules_.delimiter_command && !begin_ && is_delimiter_command(text_, token)) {
            return take_delimiter_command(token);
        }
        if (is_punctuation(text_, token, ';') && !token.conditional && ends_at_semicolon()) {
            if (may_be_delimiter(token)) {
                return false;
            }
            if (begin_) {
                add(token.end);
            }
        } else {
            if (!begin_) {
                begin_ = token.begin;
            }
            shape_.take(text_, token);
        }
        last_ = token;
        return true;
    }

    bool ends_at_semicolon() const {
        return own_delimiter().empty() ? shape_.ends_at_semicolon() : shape_.ends_at_semicolon_for_certain();
    }

    /// Returns what the text told a shell client to end statements by; empty while that is a semicolon.
    std::string_view own_delimiter() const {
        return result_.delimiter == ";" ? std::string_view() : std::string_view(result_.delimiter);
    }

    /// Whether a semicolon at the text's end may be the first byte of a delimiter like ";;".
    bool may_be_delimiter(const Token& token) const {
        return ending_ == Ending::more_may_follow && own_delimiter().starts_with(text_.substr(token.begin));
    }

    /// Ends the open statement at an offset and begins a new one.
    void add(std::size_t end) {
        const Classification found = classifier_.classify(text_.substr(*begin_, end - *begin_));
        result_.statements.push_back({*begin_, end, found.kind, found.what});
        begin_.reset();
        shape_ = Shape(rules_);
    }

    void take_delimiter(const Token& token) {
        const bool separates = begin_ && !is_punctuation(text_, last_, ';');
        result_.client_parts.push_back({token.begin, token.end, separates});
        if (begin_) {
            add(last_.end);
        }
        last_ = token;
    }

    bool take_client_command(const Token& token) {
        const std::optional<std::size_t> end = find_line_end(token.begin);
        if (!end) {
            return false;
        }
        const Classification found = classifier_.classify(text_.substr(token.begin, *end - token.begin));
        refuse(token.begin, *end, found.what.empty() ? "client command" : found.what);
        return true;
    }

    bool take_delimiter_command(const Token& token) {
        const std::optional<std::size_t> end = find_line_end(token.end);
        if (!end) {
            return false;
        }
        const DelimiterCommand command =
            read_delimiter_command(text_.substr(token.end, *end - token.end), rules_);
        if (command.fault.empty()) {
            result_.client_parts.push_back({token.begin, *end});
            result_.delimiter = command.delimiter;
            last_ = {TokenKind::end, true, token.begin, *end};
        } else {
            refuse(token.begin, *end, command.fault);
        }
        return true;
    }

    void refuse(std::size_t begin, std::size_t end, std::string_view what) {
        result_.statements.push_back({begin, end, spi::StatementKind::refused, what});
        last_ = {TokenKind::end, true, begin, end};
    }

    /// Returns the end of the line, or nothing when it may go on in the next piece.
    std::optional<std::size_t> find_line_end(std::size_t begin) const {
        const std::size_t end = text_.find_first_of("\r\n", begin);
        if (end != std::string_view::npos) {
            return end;
        }
        return ending_ == Ending::whole_text ? std::optional(text_.size()) : std::nullopt;
    }

    void finish(const Token& token) {
        if (ending_ == Ending::more_may_follow) {
            result_.consumed = begin_.value_or(token.begin);
            return;
        }
        if (begin_) {
            add(last_.end);
        }
        result_.consumed = text_.size();
    }

    const std::string_view text_;
    const spi::LexicalRules& rules_;
    const Classifier classifier_;
    const Ending ending_;
    Split result_;
    std::optional<std::size_t> begin_;  // of the open statement
    Token last_;
    Shape shape_;
};

}  // namespace

Split split(std::string_view text, const spi::Dialect& dialect, Ending ending, std::string_view delimiter) {
    return Splitter(text, dialect, ending, delimiter).run();
}

void hide_client_parts(std::string& text, const Split& split) {
    for (const ClientPart& part : split.client_parts) {
        const auto begin = text.begin() + static_cast<std::ptrdiff_t>(part.begin);
        std::fill(begin, text.begin() + static_cast<std::ptrdiff_t>(part.end), ' ');
        if (part.separates) {
            *begin = ';';
        }
    }
}

}  // namespace aether::migrate::sql

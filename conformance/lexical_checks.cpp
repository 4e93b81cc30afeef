// SPDX-License-Identifier: MIT
// Checks of the dialect's lexical rules: what it claims, and what it does not claim, is tried on the server.
#include <array>
#include <string>

#include <fmt/format.h>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

/// A text that a server takes as one statement if and only if it has the rule.
struct Probe {
    bool spi::LexicalRules::* rule;
    const char* text;
};

void require_as_claimed(const Trial& trial, const Probe& probe) {
    const Session session = trial.open();
    const bool claimed = session.dialect().lexical.*probe.rule;
    const bool taken = !session.connection->execute(probe.text, patience()).failure.has_value();
    require(taken == claimed,
            fmt::format("the server {} {}, which the dialect {}", taken ? "takes" : "refuses", probe.text,
                        claimed ? "claims" : "does not claim"));
}

/// A text that a server takes in any case, and answers as `with_rule` if and only if it has the rule.
struct ValueProbe {
    bool spi::LexicalRules::* rule;
    const char* text;
    const char* with_rule;
};

void require_as_claimed(const Trial& trial, const ValueProbe& probe) {
    const Session session = trial.open();
    const bool claimed = session.dialect().lexical.*probe.rule;
    const std::string answer = session.ask(probe.text);
    require((answer == probe.with_rule) == claimed,
            fmt::format("the server answers {} with {}, but the dialect {} the rule", probe.text, answer,
                        claimed ? "claims" : "does not claim"));
}

void dollar_quotes(Trial& trial) {
    require_as_claimed(trial, Probe{&spi::LexicalRules::dollar_quotes, "SELECT $k$a;b'$k$"});
}

void nested_block_comments(Trial& trial) {
    require_as_claimed(trial,
                       Probe{&spi::LexicalRules::nested_block_comments, "SELECT 1 /* a /* b */ ; ' */"});
}

void hash_comments(Trial& trial) {
    require_as_claimed(trial, Probe{&spi::LexicalRules::hash_comments, "SELECT 1 # ; '"});
}

void escape_strings(Trial& trial) {
    require_as_claimed(trial, Probe{&spi::LexicalRules::escape_strings, R"(SELECT E'a\';b')"});
}

void backslash_escapes(Trial& trial) {
    require_as_claimed(trial, Probe{&spi::LexicalRules::backslash_escapes, R"(SELECT 'a\';b')"});
}

void backtick_identifiers(Trial& trial) {
    require_as_claimed(trial, Probe{&spi::LexicalRules::backtick_identifiers, "SELECT 1 AS `a;b'`"});
}

void bracket_identifiers(Trial& trial) {
    require_as_claimed(trial, Probe{&spi::LexicalRules::bracket_identifiers, "SELECT 1 AS [a;b']"});
}

void double_quoted_strings(Trial& trial) {
    require_as_claimed(trial, ValueProbe{&spi::LexicalRules::double_quoted_strings,
                                         "SELECT \"a\" FROM (SELECT 'x' AS a) AS kit_names", "a"});
}

void dash_comments_need_blank(Trial& trial) {
    require_as_claimed(trial, ValueProbe{&spi::LexicalRules::dash_comments_need_blank, "SELECT 5 --3", "8"});
}

void line_feed_ends_comments(Trial& trial) {
    require_as_claimed(trial,
                       ValueProbe{&spi::LexicalRules::line_feed_ends_comments, "SELECT 5 -- x\r + 3", "5"});
}

void conditional_comments(Trial& trial) {
    require_as_claimed(trial,
                       ValueProbe{&spi::LexicalRules::conditional_comments, "SELECT 5 /*! + 3 */", "8"});
}

constexpr std::array kChecks{
    Check{"rule_dollar_quotes_is_the_servers", dollar_quotes},
    Check{"rule_nested_block_comments_is_the_servers", nested_block_comments},
    Check{"rule_hash_comments_is_the_servers", hash_comments},
    Check{"rule_escape_strings_is_the_servers", escape_strings},
    Check{"rule_backslash_escapes_is_the_servers", backslash_escapes},
    Check{"rule_backtick_identifiers_is_the_servers", backtick_identifiers},
    Check{"rule_bracket_identifiers_is_the_servers", bracket_identifiers},
    Check{"rule_double_quoted_strings_is_the_servers", double_quoted_strings},
    Check{"rule_dash_comments_need_blank_is_the_servers", dash_comments_need_blank},
    Check{"rule_line_feed_ends_comments_is_the_servers", line_feed_ends_comments},
    Check{"rule_conditional_comments_is_the_servers", conditional_comments},
};

}  // namespace

std::span<const Check> lexical_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance

// SPDX-License-Identifier: MIT
// The parser behind the flag tables: Go's syntax, Go's literals, Go's messages.
#include "args.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <aether/migrate/limits.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::cli {
namespace {

using Value = std::variant<std::string, bool, std::uint64_t, std::int64_t, std::chrono::milliseconds>;

enum class Fault { syntax, range };

/// The two words that Go's flag package has for a value that does not fit.
std::string_view text_of(Fault fault) {
    return fault == Fault::syntax ? "parse error" : "value out of range";
}

unsigned digit_value(char letter) {
    if (letter >= '0' && letter <= '9') {
        return static_cast<unsigned>(letter - '0');
    }
    const char lower = static_cast<char>(letter | 0x20);
    return lower >= 'a' && lower <= 'z' ? static_cast<unsigned>(lower - 'a') + 10 : 36;
}

struct Base {
    unsigned radix = 10;
    std::size_t prefix = 0;  // bytes before the digits
};

/// Finds the base of a literal without its sign. The leading 0 of an octal number is its prefix, of "0" too.
Base base_of(std::string_view literal) {
    if (!literal.starts_with('0')) {
        return {10, 0};
    }
    if (literal.size() >= 3) {
        switch (literal[1] | 0x20) {
            case 'b':
                return {2, 2};
            case 'o':
                return {8, 2};
            case 'x':
                return {16, 2};
            default:
                break;
        }
    }
    return {8, 1};
}

/// Go allows an underscore between two digits and between the prefix and the first digit.
bool underscores_fit(std::string_view literal, const Base& base) {
    bool after_digit = base.prefix > 0;
    for (const char letter : literal.substr(base.prefix)) {
        if (letter == '_' && !after_digit) {
            return false;
        }
        after_digit = letter != '_';
    }
    return after_digit;
}

/// Reads an unsigned literal. As in Go, a number that grows too large is out of range whatever follows it.
std::variant<std::uint64_t, Fault> parse_magnitude(std::string_view literal) {
    if (literal.empty()) {
        return Fault::syntax;
    }
    constexpr std::uint64_t kLimit = std::numeric_limits<std::uint64_t>::max();
    const Base base = base_of(literal);
    std::uint64_t number = 0;
    for (const char letter : literal.substr(base.prefix)) {
        if (letter == '_') {
            continue;
        }
        const unsigned digit = digit_value(letter);
        if (digit >= base.radix) {
            return Fault::syntax;
        }
        if (number > (kLimit - digit) / base.radix) {
            return Fault::range;
        }
        number = number * base.radix + digit;
    }
    if (!underscores_fit(literal, base)) {
        return Fault::syntax;
    }
    return number;
}

std::variant<Value, Fault> parse_integer(std::string_view literal) {
    const bool negative = literal.starts_with('-');
    if (negative || literal.starts_with('+')) {
        literal.remove_prefix(1);
    }
    const auto magnitude = parse_magnitude(literal);
    if (const Fault* fault = std::get_if<Fault>(&magnitude)) {
        return *fault;
    }
    const std::uint64_t number = std::get<std::uint64_t>(magnitude);
    const std::uint64_t limit = std::uint64_t{1} << 63;
    if (number > limit || (number == limit && !negative)) {
        return Fault::range;
    }
    return Value{static_cast<std::int64_t>(negative ? 0 - number : number)};
}

std::variant<Value, Fault> parse_boolean(std::string_view word) {
    constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "true", "TRUE", "True"};
    constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "false", "FALSE", "False"};
    if (std::ranges::find(kTrue, word) != kTrue.end()) {
        return Value{true};
    }
    if (std::ranges::find(kFalse, word) != kFalse.end()) {
        return Value{false};
    }
    return Fault::syntax;
}

std::variant<Value, Fault> parse_duration(std::string_view text) {
    const auto parsed = parse_limit(text);
    if (const LimitFault* fault = std::get_if<LimitFault>(&parsed)) {
        return fault->out_of_range ? Fault::range : Fault::syntax;
    }
    return Value{std::get<std::chrono::milliseconds>(parsed)};
}

std::variant<Value, Fault> parse_value(FlagType type, std::string_view text) {
    switch (type) {
        case FlagType::text:
            return Value{std::string(text)};
        case FlagType::boolean:
            return parse_boolean(text);
        case FlagType::natural: {
            const auto magnitude = parse_magnitude(text);
            if (const Fault* fault = std::get_if<Fault>(&magnitude)) {
                return *fault;
            }
            return Value{std::get<std::uint64_t>(magnitude)};
        }
        case FlagType::integer:
            return parse_integer(text);
        case FlagType::duration:
            return parse_duration(text);
    }
    assert(false);
    return Fault::syntax;
}

Value zero_value(FlagType type) {
    switch (type) {
        case FlagType::text:
            return std::string();
        case FlagType::boolean:
            return false;
        case FlagType::natural:
            return std::uint64_t{0};
        case FlagType::integer:
            return std::int64_t{0};
        case FlagType::duration:
            return std::chrono::milliseconds(0);
    }
    assert(false);
    return false;
}

Value initial_value(const Flag& flag) {
    if (flag.initial.empty()) {
        return zero_value(flag.type);
    }
    auto parsed = parse_value(flag.type, flag.initial);
    assert(std::holds_alternative<Value>(parsed));
    return std::get<Value>(std::move(parsed));
}

std::string_view type_word(FlagType type) {
    switch (type) {
        case FlagType::text:
            return " string";
        case FlagType::boolean:
            return "";
        case FlagType::natural:
            return " uint";
        case FlagType::integer:
            return " int";
        case FlagType::duration:
            return " duration";
    }
    assert(false);
    return "";
}

/// Quotes a value as Go's %q does, so that no control character reaches a terminal. Bytes above 0x7f stay as
/// they are.
std::string quoted(std::string_view text) {
    constexpr std::string_view kControls = "\a\b\t\n\v\f\r";
    constexpr std::string_view kLetters = "abtnvfr";
    std::string result = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        const std::size_t control = kControls.find(letter);
        if (control != std::string_view::npos) {
            result += {'\\', kLetters[control]};
        } else if (byte < 0x20 || byte == 0x7F) {
            result += fmt::format("\\x{:02x}", byte);
        } else if (letter == '"' || letter == '\\') {
            result += {'\\', letter};
        } else {
            result += letter;
        }
    }
    return result + '"';
}

/// An argument may be a URL that slipped out of its place, so its secrets are masked.
FlagError fault(std::string_view message) {
    return {redact(message)};
}

}  // namespace

const ParsedFlags::Setting& ParsedFlags::at(std::string_view name) const {
    const auto found = settings_.find(name);
    assert(found != settings_.end());
    return found->second;
}

const std::string& ParsedFlags::text(std::string_view name) const {
    return std::get<std::string>(at(name).value);
}

bool ParsedFlags::boolean(std::string_view name) const {
    return std::get<bool>(at(name).value);
}

std::uint64_t ParsedFlags::natural(std::string_view name) const {
    return std::get<std::uint64_t>(at(name).value);
}

std::int64_t ParsedFlags::integer(std::string_view name) const {
    return std::get<std::int64_t>(at(name).value);
}

std::chrono::milliseconds ParsedFlags::duration(std::string_view name) const {
    return std::get<std::chrono::milliseconds>(at(name).value);
}

bool ParsedFlags::given(std::string_view name) const {
    return at(name).given;
}

const Flag* FlagSet::find(std::string_view name) const {
    const auto found = std::ranges::find(flags_, name, &Flag::name);
    return found == flags_.end() ? nullptr : &*found;
}

bool FlagSet::is_flag(std::string_view argument) const {
    if (argument.size() < 2 || argument.front() != '-') {
        return false;
    }
    const bool digit = argument[1] >= '0' && argument[1] <= '9';
    return !digit || dash_digit_ == DashDigit::flag;
}

ParseOutcome FlagSet::parse(std::span<const std::string> arguments) const {
    ParsedFlags parsed;
    for (const Flag& flag : flags_) {
        parsed.settings_.emplace(flag.name, ParsedFlags::Setting{initial_value(flag), false});
    }
    std::size_t next = 0;
    while (next < arguments.size() && is_flag(arguments[next])) {
        const std::string_view argument = arguments[next++];
        if (argument == "--") {
            break;
        }
        std::string_view name = argument.substr(argument[1] == '-' ? 2 : 1);
        if (name.empty() || name.front() == '-' || name.front() == '=') {
            return fault(fmt::format("bad flag syntax: {}", argument));
        }
        std::optional<std::string> value;
        if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
            value = name.substr(equals + 1);
            name = name.substr(0, equals);
        }
        const Flag* flag = find(name);
        if (flag == nullptr) {
            if (name == "help" || name == "h") {
                return HelpRequest{};
            }
            return fault(fmt::format("flag provided but not defined: -{}", name));
        }
        const bool is_boolean = flag->type == FlagType::boolean;
        if (!value && is_boolean) {
            value = "true";
        } else if (!value && next < arguments.size()) {
            value = arguments[next++];
        } else if (!value) {
            return fault(fmt::format("flag needs an argument: -{}", name));
        }
        auto read = parse_value(flag->type, *value);
        if (const Fault* why = std::get_if<Fault>(&read)) {
            return fault(fmt::format("invalid {} {} for {}-{}: {}", is_boolean ? "boolean value" : "value",
                                     quoted(*value), is_boolean ? "" : "flag ", name, text_of(*why)));
        }
        parsed.settings_[std::string(name)] = {std::get<Value>(std::move(read)), true};
    }
    parsed.arguments_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
    return parsed;
}

std::string FlagSet::list() const {
    std::vector<const Flag*> sorted;
    for (const Flag& flag : flags_) {
        sorted.push_back(&flag);
    }
    std::ranges::sort(sorted, {}, &Flag::name);
    std::string lines;
    for (const Flag* flag : sorted) {
        const bool one_letter = flag->type == FlagType::boolean && flag->name.size() == 1;
        lines += fmt::format("  -{}{}{}", flag->name, type_word(flag->type), one_letter ? "\t" : "\n    \t");
        for (const char letter : flag->help) {
            lines += letter;
            if (letter == '\n') {
                lines += "    \t";
            }
        }
        if (initial_value(*flag) != zero_value(flag->type)) {
            lines += fmt::format(" (default {})",
                                 flag->type == FlagType::text ? quoted(flag->initial) : flag->initial);
        }
        lines += '\n';
    }
    return lines;
}

}  // namespace aether::migrate::cli

// SPDX-License-Identifier: MIT
// What the catalogue tells of a statement that runs outside of a transaction: before it, and after it was cut
// off.
#include "effect.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <aether/migrate/spi/characters.hpp>

#include "effect_statement.hpp"
#include "fingerprint.hpp"
#include "quote.hpp"

namespace aether::migrate::mysql {

namespace {

using spi::Effect;

constexpr std::size_t kNoteLimit = 65536;
constexpr std::array<std::string_view, 5> kManners{"none", "repeatable", "unseen", "together", "one-by-one"};

/// One line of a note.
struct NotedObject {
    ObjectKind kind = ObjectKind::table;
    std::string schema;
    std::string name;
    std::string before;

    std::string label() const {
        const std::string word = spi::lower_case(word_of(kind));
        return schema.empty() ? fmt::format("{} {}", word, name)
                              : fmt::format("{} {}.{}", word, schema, name);
    }
    std::string quoted() const { return schema.empty() ? quote(name) : quote(schema, name); }
};

struct Note {
    Manner manner = Manner::none;
    std::vector<NotedObject> objects;
};

// An empty text is a dash, so that every line has four words.
std::string to_digits(std::string_view text) {
    std::string digits;
    for (const char byte : text)
        digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return digits.empty() ? "-" : digits;
}

std::string from_digits(std::string_view digits) {
    std::string text;
    const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
    for (std::size_t index = 0; index + 1 < digits.size(); index += 2)
        text.push_back(static_cast<char>(value(digits[index]) * 16 + value(digits[index + 1])));
    return text;
}

std::string write_note(const Note& note) {
    std::string text(kManners.at(static_cast<std::size_t>(note.manner)));
    for (const NotedObject& object : note.objects) {
        text += fmt::format("\n{} {} {} {}", static_cast<int>(object.kind), to_digits(object.schema),
                            to_digits(object.name), object.before);
    }
    return text;
}

std::string_view cut(std::string_view& rest, char separator) {
    const std::string_view head = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), head.size() + 1));
    return head;
}

Note read_note(std::string_view text) {
    Note note;
    const auto* const manner = std::find(kManners.begin(), kManners.end(), cut(text, '\n'));
    if (manner == kManners.end())
        return note;
    note.manner = static_cast<Manner>(manner - kManners.begin());
    while (!text.empty()) {
        std::string_view line = cut(text, '\n');
        const std::string_view kind = cut(line, ' ');
        if (kind.size() != 1 || kind.front() < '0' || kind.front() > '6')
            return {};
        NotedObject object;
        object.kind = static_cast<ObjectKind>(kind.front() - '0');
        object.schema = from_digits(cut(line, ' '));
        object.name = from_digits(cut(line, ' '));
        object.before = line;
        note.objects.push_back(std::move(object));
    }
    return note;
}

/// What the noted objects are now, against what they were.
struct Comparison {
    std::vector<NotedObject> same;
    std::vector<NotedObject> changed;
    std::vector<NotedObject> hidden;
};

Comparison compare(Session& session, const Note& note, const spi::Wait& wait) {
    Comparison result;
    for (const NotedObject& object : note.objects) {
        const std::string now = fingerprint(session, object.kind, object.schema, object.name, wait);
        if (now == kHidden || object.before == kHidden) {
            result.hidden.push_back(object);
        } else if (now == object.before) {
            result.same.push_back(object);
        } else {
            result.changed.push_back(object);
        }
    }
    return result;
}

std::string labels(const std::vector<NotedObject>& objects) {
    std::vector<std::string> names;
    names.reserve(objects.size());
    for (const NotedObject& object : objects)
        names.push_back(object.label());
    return fmt::format("{}", fmt::join(names, ", "));
}

spi::Finding unknown(std::string facts, const std::vector<NotedObject>& objects) {
    std::vector<std::string> queries;
    queries.reserve(objects.size());
    for (const NotedObject& object : objects)
        queries.push_back(fmt::format("SHOW CREATE {} {}", word_of(object.kind), object.quoted()));
    return {Effect::unknown,
            std::move(facts),
            queries.empty() ? "what the statement changes" : fmt::format("{}", fmt::join(queries, "; ")),
            {},
            {}};
}

spi::Finding found(Effect effect, std::string facts) {
    return {effect, std::move(facts), {}, {}, {}};
}

// Some of the objects of a DROP are gone, and the statement can't be repeated for them.
spi::Finding half_dropped(const Comparison& now) {
    spi::Finding finding{
        Effect::partial,
        fmt::format("{} is there still, and {} is not", labels(now.same), labels(now.changed)),
        {},
        {},
        Effect::present};
    for (const NotedObject& object : now.same)
        finding.repair.push_back(fmt::format("DROP {} IF EXISTS {}", word_of(object.kind), object.quoted()));
    return finding;
}

spi::Finding judge(const Comparison& now, Manner manner, spi::Ending ending) {
    const bool refused = ending == spi::Ending::refused;
    if (now.changed.empty() && (now.hidden.empty() || refused))
        return found(Effect::absent, fmt::format("{} is as it was before the statement",
                                                 labels(now.same.empty() ? now.hidden : now.same)));
    if (!now.hidden.empty())
        return unknown(fmt::format("{} can't be seen by this user", labels(now.hidden)), now.hidden);
    if (refused) {
        return unknown(fmt::format("the server refused the statement, and {} changed", labels(now.changed)),
                       now.changed);
    }
    const bool left = std::any_of(now.same.begin(), now.same.end(),
                                  [](const NotedObject& object) { return object.before != kAbsent; });
    if (manner == Manner::one_by_one && left)
        return half_dropped(now);
    return found(Effect::present,
                 fmt::format("{} changed since the statement was begun", labels(now.changed)));
}

}  // namespace

spi::Intent note_intent(Session& session, const spi::StatementView& statement, const spi::Wait& wait) {
    const EffectStatement read = read_effect_statement(statement);
    spi::Intent intent;
    if (read.manner == Manner::none)
        return intent;
    Note note{read.manner, {}};
    std::string database;
    if (!read.objects.empty()) {
        const std::vector<spi::Rows> answers = session.ask("SELECT database()", "ask for the database", wait);
        database = answers.at(0).rows.at(0).at(0).value_or("");
    }
    for (const NamedObject& object : read.objects) {
        NotedObject noted{object.kind, object.schema.value_or(database), object.name, {}};
        if (object.kind == ObjectKind::database)
            noted.schema.clear();
        noted.before = fingerprint(session, noted.kind, noted.schema, noted.name, wait);
        note.objects.push_back(std::move(noted));
    }
    intent.note = write_note(note);
    if (intent.note.size() > kNoteLimit)
        intent.note.clear();
    return intent;
}

spi::Finding find_effect(Session& session, std::string_view note, spi::Ending ending, const spi::Wait& wait) {
    const Note noted = read_note(note);
    if (noted.manner == Manner::none)
        return unknown("the journal's note is not understood", {});
    // The server makes a statement's effect last before it says that it succeeded.
    if (ending == spi::Ending::completed)
        return found(Effect::present, "the server said that it succeeded");
    switch (noted.manner) {
        case Manner::repeatable:
            return found(Effect::absent, "it may be repeated");
        case Manner::unseen:
            if (ending == spi::Ending::refused)
                return found(Effect::absent, "the server refused it");
            return unknown("the catalogue does not show whether such a statement ran", {});
        case Manner::none:
        case Manner::together:
        case Manner::one_by_one:
            break;
    }
    return judge(compare(session, noted, wait), noted.manner, ending);
}

}  // namespace aether::migrate::mysql

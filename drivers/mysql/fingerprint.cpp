// SPDX-License-Identifier: MIT
// What an object of the database is at the moment, as a short text that changes when it does.
#include "fingerprint.hpp"

#include <mysqld_error.h>

#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "quote.hpp"

namespace aether::migrate::mysql {

namespace {

// FNV-1a, which tells changes from each other, and is no protection against anybody.
class Hash {
public:
    void take(std::string_view text) {
        for (const char byte : text) {
            value_ ^= static_cast<unsigned char>(byte);
            value_ *= 0x100000001b3ULL;
        }
    }
    std::string finish() const { return fmt::format("{:016x}", value_); }

private:
    std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

bool is_missing(unsigned number) {
    switch (number) {
        case ER_NO_SUCH_TABLE:
        case ER_BAD_DB_ERROR:
        case ER_SP_DOES_NOT_EXIST:
        case ER_TRG_DOES_NOT_EXIST:
        case ER_EVENT_DOES_NOT_EXIST:
            return true;
        default:
            return false;
    }
}

}  // namespace

// It stands among the options behind the columns, and a comment there may hold the same words; of two texts
// that differ in nothing else no change is lost.
std::string without_counter(std::string_view definition) {
    constexpr std::string_view kCounter = " AUTO_INCREMENT=";
    std::string text(definition);
    const std::size_t begin = text.rfind(kCounter);
    if (begin == std::string::npos)
        return text;
    const std::size_t end = text.find_first_not_of("0123456789", begin + kCounter.size());
    text.erase(begin, end == std::string::npos ? end : end - begin);
    return text;
}

std::string fingerprint(Session& session, ObjectKind kind, std::string_view schema, std::string_view name,
                        const spi::Wait& wait) {
    const std::string object = schema.empty() ? quote(name) : quote(schema, name);
    Hash hash;
    bool hidden = false;
    const std::optional<ServerError> error =
        session.run(fmt::format("SHOW CREATE {} {}", word_of(kind), object), Session::RowsAre::kept, wait,
                    [&](spi::Rows&& rows) {
                        for (const std::vector<spi::Value>& row : rows.rows) {
                            for (const spi::Value& value : row) {
                                hidden = hidden || !value;
                                hash.take(without_counter(value.value_or("")));
                                hash.take("\n");
                            }
                        }
                    });
    if (error)
        return std::string(is_missing(error->number) ? kAbsent : kHidden);
    return hidden ? std::string(kHidden) : hash.finish();
}

}  // namespace aether::migrate::mysql

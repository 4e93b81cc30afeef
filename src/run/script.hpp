// SPDX-License-Identifier: MIT
// Reads a migration file in pieces of whole statements, so that memory does not grow with the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/dialect.hpp>
#include <aether/migrate/spi/source.hpp>

#include "../base/utf8.hpp"
#include "../migration/checksum.hpp"
#include "../sql/position.hpp"
#include "../sql/script.hpp"

namespace aether::migrate::run {

/// Some whole statements of a file, with what stands before and between them. A shell client's DELIMITER
/// commands are blanks here, and its delimiters semicolons: any part of the text can be sent as it is.
struct Piece {
    std::string_view text;                   ///< Valid until the next call of ScriptReader::next.
    sql::Position start;                     ///< Of the text's first byte in the file.
    std::vector<sql::Statement> statements;  ///< Offsets count from the start of `text`.
};

/// Streams one file. A byte order mark is stripped. A file of up to 256 KiB comes as one piece.
class ScriptReader {
public:
    ScriptReader(spi::Source& source, std::string file, const spi::Dialect& dialect);

    /// Reads the next piece; returns false at the file's end.
    /// Throws Error: source_unusable, or migration_refused for bytes that are not UTF-8 and for zero bytes.
    bool next(Piece& piece);

    /// Whether the last piece ended with the file.
    bool at_end() const { return at_end_; }
    /// Returns the SHA-256 of the whole file. Call it once, at its end.
    std::string checksum() { return checksum_.finish(); }

private:
    void read_more();
    void check(std::string_view bytes);
    [[noreturn]] void refuse(std::string message, std::uint64_t offset) const;

    spi::Source& source_;
    std::string file_;
    const spi::Dialect& dialect_;
    std::string buffer_;
    std::string delimiter_ = ";";  // in force at the buffer's begin
    std::size_t used_ = 0;         // bytes of the buffer that the last piece took
    std::size_t want_;             // how much to read at once
    std::uint64_t read_ = 0;       // bytes of the file so far
    bool at_end_ = false;
    sql::Position position_;
    Utf8Validator utf8_;
    Checksum checksum_;
};

}  // namespace aether::migrate::run

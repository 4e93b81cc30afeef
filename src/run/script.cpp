// SPDX-License-Identifier: MIT
// Reads a migration file in pieces of whole statements, so that memory does not grow with the file.
#include "script.hpp"

#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../sql/splitter.hpp"

namespace aether::migrate::run {

namespace {

constexpr std::size_t kPieceBytes = 256u << 10;

}  // namespace

ScriptReader::ScriptReader(spi::Source& source, std::string file, const spi::Dialect& dialect)
    : source_(source), file_(std::move(file)), dialect_(dialect), want_(kPieceBytes) {}

void ScriptReader::refuse(std::string message, std::uint64_t offset) const {
    ErrorDetails details;
    details.code = ErrorCode::migration_refused;
    details.message = fmt::format("{}: {} at byte {}", source_.path_of(file_), message, offset);
    details.where.file = source_.path_of(file_);
    details.state = "nothing was changed";
    details.next = "save the file as UTF-8 and run the command again";
    throw Error(std::move(details));
}

void ScriptReader::check(std::string_view bytes) {
    checksum_.update(bytes);
    if (read_ == 0) {
        const ByteOrderMark mark = find_byte_order_mark(bytes);
        if (mark == ByteOrderMark::utf16_little_endian || mark == ByteOrderMark::utf16_big_endian) {
            refuse("the file is UTF-16, not UTF-8:", 0);
        }
    }
    if (const auto fault = utf8_.take(bytes)) {
        refuse("not UTF-8", *fault);
    }
    if (const auto zero = bytes.find('\0'); zero != std::string_view::npos) {
        refuse("a zero byte", read_ + zero);
    }
}

void ScriptReader::read_more() {
    const std::string bytes = source_.read(file_, read_, want_);
    at_end_ = bytes.size() < want_;
    check(bytes);
    const bool marked = read_ == 0 && bytes.starts_with(kUtf8ByteOrderMark);
    buffer_.append(bytes, marked ? kUtf8ByteOrderMark.size() : 0);
    read_ += bytes.size();
    if (at_end_) {
        if (const auto fault = utf8_.finish())
            refuse("not UTF-8", *fault);
    }
}

bool ScriptReader::next(Piece& piece) {
    position_ = sql::position_at(std::string_view(buffer_).substr(0, used_), used_, position_);
    buffer_.erase(0, used_);
    used_ = 0;
    if (at_end_ && buffer_.empty())
        return false;
    want_ = kPieceBytes;
    sql::Split split;
    do {
        if (!at_end_)
            read_more();
        split = sql::split(buffer_, dialect_,
                           at_end_ ? sql::Ending::whole_text : sql::Ending::more_may_follow, delimiter_);
        want_ = std::max(want_, buffer_.size());  // one statement longer than the buffer: double it
    } while (split.consumed == 0 && !at_end_);
    used_ = at_end_ ? buffer_.size() : split.consumed;
    sql::hide_client_parts(buffer_, split);
    delimiter_ = std::move(split.delimiter);
    piece.text = std::string_view(buffer_).substr(0, used_);
    piece.start = position_;
    piece.statements = std::move(split.statements);
    return used_ > 0;
}

}  // namespace aether::migrate::run

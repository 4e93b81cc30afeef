// SPDX-License-Identifier: MIT
// Cuts a file's statements into segments, each of which commits by itself.
#pragma once

#include <cstddef>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate {

/// How a segment runs.
enum class SegmentMode {
    transaction,      ///< Statements in a transaction of the engine's.
    own_transaction,  ///< The file's own block, from its BEGIN to its COMMIT.
    bare              ///< One statement outside of any transaction.
};

/// Which statements share a transaction of the engine's.
enum class Cut {
    together,  ///< All between two statements that can't.
    one_each   ///< None: each has its own.
};

/// What one statement is in its segment.
struct SegmentPart {
    SegmentMode mode = SegmentMode::transaction;
    bool begins = false;      ///< It is the first of its segment.
    bool ends_block = false;  ///< It is the COMMIT of the file's own block.

    friend bool operator==(const SegmentPart&, const SegmentPart&) = default;
};

/// Takes the kinds of a file's statements in their order and says of each where it belongs.
///
/// A segment of mode transaction is over when the next statement begins another one, or the file ends. What
/// the server refuses in a block stays in a block that the file opened: there the server refuses it. A server
/// that commits the block instead (TransactionalDdl::none) has ended it before such a statement. A COMMIT
/// without a block is bare: it ends nothing then, and in a transaction of the engine's it would end that.
class Segmenter {
public:
    explicit Segmenter(Cut cut, spi::TransactionalDdl ddl = spi::TransactionalDdl::full)
        : cut_(cut), ddl_(ddl) {}

    /// Takes the next statement; of files with statements of kind controls_transaction or refused, which have
    /// no segments, none.
    SegmentPart take(spi::StatementKind kind);

    /// Returns how many segments have begun.
    std::size_t segments() const { return segments_; }

private:
    SegmentPart begin(SegmentMode mode);

    Cut cut_;
    spi::TransactionalDdl ddl_;
    std::size_t segments_ = 0;
    bool in_transaction_ = false;  // the last segment takes further statements
    bool in_block_ = false;        // the file's own block is open
};

}  // namespace aether::migrate

// SPDX-License-Identifier: MIT
// Cuts a file's statements into segments, each of which commits by itself.
#include "segment.hpp"

#include <cassert>

namespace aether::migrate {

using spi::StatementKind;

SegmentPart Segmenter::begin(SegmentMode mode) {
    ++segments_;
    in_transaction_ = mode == SegmentMode::transaction && cut_ == Cut::together;
    in_block_ = mode == SegmentMode::own_transaction;
    return {mode, true, false};
}

SegmentPart Segmenter::take(StatementKind kind) {
    const bool commits_silently =
        kind == StatementKind::non_transactional && ddl_ == spi::TransactionalDdl::none;
    if (in_block_ && !commits_silently) {
        in_block_ = kind != StatementKind::ends_transaction;
        return {SegmentMode::own_transaction, false, !in_block_};
    }
    switch (kind) {
        case StatementKind::transactional:
        case StatementKind::session_setting:
            return in_transaction_ ? SegmentPart{SegmentMode::transaction, false, false}
                                   : begin(SegmentMode::transaction);
        case StatementKind::begins_transaction:
            return begin(SegmentMode::own_transaction);
        case StatementKind::session_setting_alone:
        case StatementKind::non_transactional:
        case StatementKind::ends_transaction:
            return begin(SegmentMode::bare);
        case StatementKind::controls_transaction:
        case StatementKind::refused:
            break;
    }
    assert(false);
    return begin(SegmentMode::bare);
}

}  // namespace aether::migrate

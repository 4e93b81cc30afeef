// SPDX-License-Identifier: MIT
// How often, how soon and how patiently a migration is tried again on a busy database.
#include "retry.hpp"

#include <algorithm>
#include <array>

namespace aether::migrate::run {
namespace {

using std::chrono::milliseconds;

// The last one holds for all later tries. Short ones first, to find a gap in the traffic; from the third on a
// try outlives the deadlock check of the server (after one second by default), in which it cancels a vacuum
// that nobody asked for.
constexpr std::array<milliseconds, 6> kLadder{milliseconds(300),  milliseconds(500),  milliseconds(1500),
                                              milliseconds(3000), milliseconds(3000), milliseconds(5000)};
constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause{30'000};
constexpr std::size_t kDoublings = 8;  // more than from the first pause to the longest

}  // namespace

Tries::Tries(const Limits& limits, Clock& clock, std::optional<std::uint32_t> seed)
    : fixed_(limits.table_lock_timeout),
      retry_for_(limits.retry_for.value_or(kRetryFor)),
      clock_(clock),
      start_(clock.now()),
      seed_(seed) {}

milliseconds Tries::elapsed() const {
    return std::chrono::duration_cast<milliseconds>(clock_.now() - start_);
}

milliseconds Tries::left() const {
    return std::max(retry_for_ - elapsed(), milliseconds(0));
}

milliseconds Tries::shortest() const {
    return std::min(fixed_.value_or(kLadder.front()), kLadder.front());
}

std::optional<milliseconds> Tries::lock_timeout() const {
    const milliseconds wanted = fixed_.value_or(kLadder[std::min(failed_, kLadder.size() - 1)]);
    if (wanted.count() == 0) {
        return std::nullopt;
    }
    // A single try has no deadline to keep.
    const milliseconds limit = retry_for_.count() == 0 ? wanted : left();
    return std::clamp(limit, milliseconds(1), wanted);
}

std::optional<milliseconds> Tries::patient_lock_timeout() const {
    if (fixed_ && fixed_->count() == 0) {
        return std::nullopt;
    }
    if (retry_for_.count() == 0) {
        return fixed_.value_or(kLadder.back());
    }
    return std::max(left(), milliseconds(1));
}

bool Tries::may_try_again() const {
    return retry_for_.count() > 0 && left() > shortest();
}

milliseconds Tries::pause() {
    const milliseconds middle = std::min(kFirstPause * (1 << std::min(failed_, kDoublings)), kLongestPause);
    ++failed_;
    if (!random_)
        random_.emplace(seed_ ? *seed_ : std::random_device{}());
    // Written out, for a distribution gives other numbers in other standard libraries.
    const milliseconds::rep spread = static_cast<milliseconds::rep>((*random_)()) % (middle.count() + 1);
    return std::clamp(middle / 2 + milliseconds(spread), milliseconds(0),
                      std::max(left() - shortest(), milliseconds(0)));
}

}  // namespace aether::migrate::run

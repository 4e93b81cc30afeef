// SPDX-License-Identifier: MIT
// Reads the numbers that our tables keep as text: for drivers, which make a Look of them.
#include <aether/migrate/spi/stored_number.hpp>

#include <utility>

#include <aether/migrate/error.hpp>

namespace aether::migrate::spi {

void fail_damaged_history() {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = "the history's last row is damaged: its column applied does not hold a count and a sum";
    details.next = "mend the row, or do without the history for now: x-history=false in the database URL";
    throw Error(std::move(details));
}

}  // namespace aether::migrate::spi

// SPDX-License-Identifier: MIT
// Reads what our tables say, whether they exist or not.
#pragma once

#include "session.hpp"

namespace tiny {

spi::Look read_look(Session& session, const spi::TableNames& tables, const spi::Wait& wait);

}  // namespace tiny

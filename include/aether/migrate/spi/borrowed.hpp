// SPDX-License-Identifier: MIT
// What drivers ask of a connection of the caller's before they use it.
#pragma once

#include <string_view>

#include <aether/migrate/borrowed_connection.hpp>
#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// Checks what is the same for every database. `own` is the function that the header of the database puts
/// into BorrowedConnection::client_library, as the driver sees it. `client` names the library, for a message.
/// Throws Error: invalid_argument (no handle), driver_unusable (the handle is of another copy of the client
/// library), invalid_url (a parameter that does not begin with "x-", which an open connection can't take).
AETHER_MIGRATE_EXPORT void check_borrowed(const BorrowedConnection& connection, void (*own)(),
                                          std::string_view client);

/// Throws Error (invalid_argument): the connection can't be used because of `what`, which the caller ends by
/// `remedy`; nothing was changed.
[[noreturn]] AETHER_MIGRATE_EXPORT void refuse_busy(std::string_view what, std::string_view remedy);

}  // namespace aether::migrate::spi

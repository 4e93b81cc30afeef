// SPDX-License-Identifier: MIT
// PostgreSQL as a subject of the conformance kit: a private server, and a fresh database for each check.
#pragma once

#include <aether/migrate/conformance.hpp>

namespace aether::migrate::conformance {

/// Makes a private server, once; it is removed when the tests are over. Not before GoogleTest has begun.
void start_postgres();
void remove_postgres();

/// Returns the subject; its server must run when a check does.
Subject postgres_subject();

}  // namespace aether::migrate::conformance

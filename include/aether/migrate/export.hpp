// SPDX-License-Identifier: MIT
// Marks what the shared library shows to its users.
#pragma once

#if defined(AETHER_MIGRATE_STATIC)
#define AETHER_MIGRATE_EXPORT
#else
#define AETHER_MIGRATE_EXPORT __attribute__((visibility("default")))
#endif

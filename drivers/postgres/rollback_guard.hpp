// SPDX-License-Identifier: MIT
// Ends a transaction of the driver's own that its scope did not end.
#pragma once

#include "session.hpp"

namespace aether::migrate::postgres {

/// Rolls back in its destructor what is still open then. Its wait has a limit of its own.
class RollbackGuard {
public:
    explicit RollbackGuard(Session& session) : session_(session) {}
    RollbackGuard(const RollbackGuard&) = delete;
    RollbackGuard& operator=(const RollbackGuard&) = delete;
    ~RollbackGuard();

private:
    bool must_end() const;

    Session& session_;
};

}  // namespace aether::migrate::postgres

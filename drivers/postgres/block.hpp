// SPDX-License-Identifier: MIT
// Ends a transaction block that was left open.
#pragma once

#include <chrono>

#include <libpq-fe.h>

#include "session.hpp"

namespace aether::migrate::postgres {

/// Rolls back, when its scope ends, what is still open. Never throws.
class BlockGuard {
public:
    explicit BlockGuard(Session& session) : session_(session) {}
    BlockGuard(const BlockGuard&) = delete;
    BlockGuard& operator=(const BlockGuard&) = delete;
    ~BlockGuard() {
        // Twice, because a cancel request that arrived late may hit the first ROLLBACK.
        for (int tries = 0; tries < 2 && must_end(); ++tries) {
            try {
                session_.run({"ROLLBACK", {}},
                             {{}, std::chrono::steady_clock::now() + std::chrono::seconds(10)});
            } catch (...) {
                // A destructor must not throw. The end of a lost session rolls back too.
            }
        }
    }

private:
    // In other states, and in the middle of a pipeline, the session is lost or idle.
    bool must_end() const {
        const PGTransactionStatusType status = PQtransactionStatus(session_.raw());
        return (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) &&
               PQpipelineStatus(session_.raw()) == PQ_PIPELINE_OFF;
    }

    Session& session_;
};

}  // namespace aether::migrate::postgres

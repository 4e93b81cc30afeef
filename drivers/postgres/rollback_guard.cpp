// SPDX-License-Identifier: MIT
// Ends a transaction of the driver's own that its scope did not end.
#include "rollback_guard.hpp"

#include <chrono>

namespace aether::migrate::postgres {

namespace {

// How long the server may take for a ROLLBACK, which must not wait for the caller's own limits.
constexpr std::chrono::seconds kRollbackLimit{10};

}  // namespace

RollbackGuard::~RollbackGuard() {
    // Twice, because a cancel request that arrived late may hit the first ROLLBACK.
    for (int tries = 0; tries < 2 && must_end(); ++tries) {
        try {
            session_.run({"ROLLBACK", {}}, {{}, std::chrono::steady_clock::now() + kRollbackLimit});
        } catch (...) {
            // A destructor must not throw. The end of a lost session rolls back too.
        }
    }
}

// In other states, and in the middle of a pipeline, the session is lost or idle.
bool RollbackGuard::must_end() const {
    const PGTransactionStatusType status = PQtransactionStatus(session_.raw());
    return (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) &&
           PQpipelineStatus(session_.raw()) == PQ_PIPELINE_OFF;
}

}  // namespace aether::migrate::postgres

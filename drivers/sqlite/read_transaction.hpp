// SPDX-License-Identifier: MIT
// Several reads of one state of the database.
#pragma once

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::sqlite {

/// Begins a transaction that only reads, and ends it.
class ReadTransaction {
public:
    ReadTransaction(Session& session, const spi::Wait& wait) : session_(session) {
        session_.run({"BEGIN", {}}, wait);
    }
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;
    ~ReadTransaction() {
        try {
            if (session_.in_transaction())
                session_.run({"ROLLBACK", {}}, {});
        } catch (...) {
            // A destructor must not throw; a connection that can't even roll back fails at its next
            // statement.
        }
    }

private:
    Session& session_;
};

}  // namespace aether::migrate::sqlite

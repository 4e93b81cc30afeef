// SPDX-License-Identifier: MIT
// The tables that are kept in the database: their names, columns and the statements that make them.
#pragma once

#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::history {

// The version table is golang-migrate's, to the column (types as the dialect has them):
//     version  bigint NOT NULL PRIMARY KEY   the current version; no row: none; -1 only together with dirty
//     dirty    boolean NOT NULL              a migration that could not be in one transaction was cut off
//
// The history table stands beside it, in the same schema, and is only ever appended to; one row per event:
//     id                counts the events
//     version           the migration's number; -1: none (a force to no version)
//     event             applied | reverted | forced | adopted | repaired
//     direction         up: the version counts as applied from here on; down: it does not
//     leads_to          the version row's version after the event; -1: no row
//     applied           how many versions are applied after the event, a blank, and their sum modulo 2^64: so
//     that one
//                       row tells whether a file was left out
//     name              the title in the file's name
//     checksum          SHA-256 of the file that ran, in hexadecimal; of a migration written in C++ too
//     down_sql          the down file as it was when the up file ran; NULL when it was missing or above 1 MiB
//     statements_done, statements_total
//     started_at        by the clock of the machine that ran it
//     duration_us       microseconds
//     actor             the database user
//     client            user and host that ran the program
//     tool              program and version
//     error             NULL; there so that a later kind of event can tell a failure without another table

// The journal holds one row at most, about the migration under way when that can't be in one transaction. It
// is made when it is first needed:
//     version           the migration's number
//     direction         up | down
//     from_version      the version row's version before it; -1: none
//     leads_to          the version row's version after it, and while it is under way (dirty); -1: none
//     file              whose statements run
//     statements_total  of the file when it began or was last resumed
//     statements_done   how many of them are known to be applied, counted from the first
//     done_checksum     chained SHA-256 of their texts, see journal.hpp
//     state             between: no statement is under way | intended: one that no transaction guards is
//     about
//                       to run, runs, or was cut off | refused: the server answered it with an error
//     next_statements   of the intended segment: how many statements it has,
//     next_checksum     done_checksum as it will be after it,
//     next_line         its line in the file; 0: the body is a C++ function,
//     next_what         what it is, as "CREATE INDEX CONCURRENTLY",
//     next_note         and the driver's note of it, see spi::Intent
//     error             what the server said, when the last statement failed
//     session           who runs it, see spi::Connection::session_name
//     written_at        by the clock of the machine that runs it
//     actor, client, tool as in the history

/// Returns the names of the tables. The names of history and journal are the version table's with "_history"
/// and "_journal", shortened with a checksum of the whole when they would pass the database's limit for
/// names.
spi::TableNames table_names(const spi::Settings& settings, const spi::Dialect& dialect);

/// Returns the statements that make the tables which a look showed missing. Run them under the lock.
std::vector<spi::BoundStatement> create_missing(const spi::TableNames& tables, const spi::Look& look,
                                                const spi::Dialect& dialect);

/// Returns the statement that makes the journal.
spi::BoundStatement create_journal(const std::string& table, const spi::Dialect& dialect);

/// Returns a table's name, quoted and with its schema, as statements use it.
std::string qualified(const spi::TableNames& tables, const std::string& table, const spi::Look& look,
                      const spi::Dialect& dialect);

}  // namespace aether::migrate::history

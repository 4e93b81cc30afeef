// SPDX-License-Identifier: MIT
// The file that marks a folder as a scratch server and says what it was made with.
#pragma once

#include <optional>
#include <string>

#include "scratch_place.hpp"

namespace aether::migrate::postgres::scratch {

/// How far a server is. A process that is killed leaves `making` or `dropping`; the next one finishes the
/// job.
enum class Stage { making, ready, dropping };

/// What the record says. Format of the file `cluster`, five lines, each ended by a line feed:
///
///     aether-migrate scratch cluster 1
///     stage ready                          making, ready or dropping
///     programs /usr/lib/postgresql/15/bin  the folder of initdb and postgres
///     major 15
///     version 15.20                        of the last start
struct Record {
    Stage stage = Stage::making;
    std::string programs;
    int major = 0;
    std::string version;
};

/// Returns the record; nothing when the folder is not marked as ours.
std::optional<Record> load_record(const Place& place);

/// Writes the record. Throws Error (connection_failed).
void save_record(const Place& place, const Record& record);

/// Returns the text form, and reads it back. Reading returns nothing when the text is not such a file.
std::string format_record(const Record& record);
std::optional<Record> parse_record(std::string_view text);

}  // namespace aether::migrate::postgres::scratch

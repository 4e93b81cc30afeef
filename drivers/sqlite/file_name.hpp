// SPDX-License-Identifier: MIT
// The name of the database file in a URL, as golang-migrate's users wrote it.
#pragma once

#include <string>
#include <string_view>

namespace aether::migrate::sqlite {

/// Which file a URL means.
struct FileName {
    bool memory = false;  ///< No file: a database in memory, gone with its connection.
    std::string path;     ///< ":memory:" for one in memory.
};

/// Reads what stands between "//" and "?": `rel.db`, `/abs/x.db`, `:memory:`, `file:/abs/x.db`,
/// `file:rel.db`, `file:///abs/x.db`. Percent signs are decoded; where the decoded file is not there, but one
/// under the name that golang-migrate makes of the same URL (`my%20app.db`, with the percent sign) is, that
/// one is meant. Throws Error (invalid_url).
FileName read_file_name(std::string_view text);

/// Returns the name as a URI that SQLite itself decodes, with a query of its own.
std::string to_uri(const std::string& path, const std::string& query);

}  // namespace aether::migrate::sqlite

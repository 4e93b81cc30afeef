// SPDX-License-Identifier: MIT
// Migrations that are held in memory: for tests, and for programs that carry their own.
#include "memory.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include <aether/migrate/error.hpp>

namespace aether::migrate {

MemorySource::MemorySource(Files files, std::string place)
    : files_(std::move(files)), place_(std::move(place)) {}

std::string MemorySource::do_describe() const {
    return place_;
}

std::vector<spi::SourceFile> MemorySource::do_list() {
    std::vector<spi::SourceFile> list;
    list.reserve(files_.size());
    for (const auto& [name, bytes] : files_) {
        list.push_back({name, ""});
    }
    return list;
}

std::string MemorySource::do_read(const std::string& name, std::uint64_t offset, std::size_t max_bytes) {
    const auto file = files_.find(name);
    if (file == files_.end()) {
        throw Error(ErrorCode::source_unusable, "open " + name + ": file does not exist");
    }
    return offset < file->second.size() ? file->second.substr(static_cast<std::size_t>(offset), max_bytes)
                                        : std::string();
}

std::string MemorySource::do_path_of(const std::string& name) const {
    return name;
}

}  // namespace aether::migrate

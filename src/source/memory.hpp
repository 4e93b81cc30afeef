// SPDX-License-Identifier: MIT
// Migrations that are held in memory: for tests, and for programs that carry their own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <aether/migrate/spi/source.hpp>

namespace aether::migrate {

/// A source whose files are given as values: their names and their bytes.
class MemorySource final : public spi::Source {
public:
    /// Names and bytes.
    using Files = std::map<std::string, std::string>;

    /// `place` names the source in messages.
    explicit MemorySource(Files files, std::string place = "memory");

private:
    std::string do_describe() const override;
    std::vector<spi::SourceFile> do_list() override;
    std::string do_read(const std::string& name, std::uint64_t offset, std::size_t max_bytes) override;
    std::string do_path_of(const std::string& name) const override;

    Files files_;
    std::string place_;
};

}  // namespace aether::migrate

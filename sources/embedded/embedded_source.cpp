// SPDX-License-Identifier: MIT
// Migrations that are built into the program, or into a library that it uses.
#include "embedded_source.hpp"

#include <dlfcn.h>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::sources {

namespace {

class EmbeddedSource final : public spi::Source {
public:
    explicit EmbeddedSource(const EmbeddedMigrations& embedded)
        : place_(fmt::format("embedded://{}", embedded.name)) {
        for (const EmbeddedFile& file : std::span(embedded.files, embedded.count)) {
            by_name_.push_back(&file);
        }
        std::ranges::sort(by_name_, {}, name_of);
    }

private:
    std::string do_describe() const override { return place_; }

    std::vector<spi::SourceFile> do_list() override {
        std::vector<spi::SourceFile> list;
        list.reserve(by_name_.size());
        for (const EmbeddedFile* file : by_name_) {
            list.push_back({file->name, ""});
        }
        return list;
    }

    std::string do_read(const std::string& name, std::uint64_t offset, std::size_t max_bytes) override {
        const auto found = std::ranges::lower_bound(by_name_, std::string_view(name), {}, name_of);
        if (found == by_name_.end() || name != (*found)->name)
            throw Error(ErrorCode::source_unusable,
                        fmt::format("open {}: file does not exist", do_path_of(name)));
        const std::string_view bytes((*found)->begin, (*found)->end);
        return offset < bytes.size() ? std::string(bytes.substr(offset, max_bytes)) : std::string();
    }

    std::string do_path_of(const std::string& name) const override { return place_ + "/" + name; }

    static std::string_view name_of(const EmbeddedFile* file) { return file->name; }

    std::string place_;
    std::vector<const EmbeddedFile*> by_name_;
};

constexpr std::array<std::string_view, 1> kSchemes = {"embedded"};

bool is_name(std::string_view name) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return !name.empty() && name.find_first_not_of(kLetters) == std::string_view::npos;
}

[[noreturn]] void refuse_missing(std::string_view name) {
    ErrorDetails details;
    details.code = ErrorCode::source_unusable;
    details.message = fmt::format("no migrations are embedded under the name {}", name);
    details.hint = fmt::format(
        "the program, or a library that it was started with, must show the symbol aether_migrate_embedded_{}",
        name);
    details.next = fmt::format(
        "build with aether_migrate_embed(TARGET DIR NAME {}), or give Options::embedded instead of a URL",
        name);
    throw Error(std::move(details));
}

}  // namespace

std::unique_ptr<spi::Source> open_embedded_url(std::string_view url) {
    (void)Url::parse(url);
    // From here on the text is known to be valid, with a scheme.
    std::string_view name = url.substr(url.find(':') + 1);
    name.remove_prefix(name.starts_with("//") ? 2 : 0);
    if (!is_name(name)) {
        ErrorDetails details;
        details.code = ErrorCode::invalid_url;
        details.message = fmt::format("{}: not the name of embedded migrations", redact(url));
        details.next = "give embedded://NAME, with letters, digits and \"_\" alone";
        throw Error(std::move(details));
    }
    const std::string symbol = fmt::format("aether_migrate_embedded_{}", name);
    const void* const found = ::dlsym(RTLD_DEFAULT, symbol.c_str());
    if (found == nullptr)
        refuse_missing(name);
    return open_embedded(*static_cast<const EmbeddedMigrations*>(found));
}

std::unique_ptr<spi::Source> open_embedded(const EmbeddedMigrations& embedded) {
    if (embedded.layout != kEmbeddedLayout) {
        ErrorDetails details;
        details.code = ErrorCode::source_unusable;
        details.message =
            fmt::format("the embedded migrations have layout {}, and this library reads layout {}",
                        embedded.layout, kEmbeddedLayout);
        details.next = "build the program again with the headers of the library that it runs with";
        throw Error(std::move(details));
    }
    return std::make_unique<EmbeddedSource>(embedded);
}

spi::SourceInfo embedded_info() noexcept {
    return {"embedded", kSchemes, &open_embedded_url};
}

}  // namespace aether::migrate::sources

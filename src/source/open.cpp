// SPDX-License-Identifier: MIT
// Finds the kind of source that a URL asks for, and opens it.
#include "open.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>
#include <aether/migrate/url.hpp>

#include "../base/strings.hpp"

namespace aether::migrate {

// The class is all header otherwise; its table of virtual functions needs one home.
spi::Source::~Source() = default;

namespace {

[[noreturn]] void refuse_scheme(const std::string& scheme, std::span<const spi::SourceInfo> sources) {
    std::vector<std::string_view> known;
    for (const spi::SourceInfo& source : sources) {
        known.insert(known.end(), source.schemes.begin(), source.schemes.end());
    }
    std::ranges::sort(known);
    ErrorDetails details;
    details.code = ErrorCode::unknown_scheme;
    details.message = fmt::format("source driver: unknown driver '{}' (forgotten import?)", scheme);
    details.hint = fmt::format("the sources are: {}", fmt::join(known, ", "));
    throw Error(std::move(details));
}

}  // namespace

std::unique_ptr<spi::Source> open_source(std::string_view url, std::span<const spi::SourceInfo> sources) {
    const std::string scheme = spi::lower_case(scheme_of(url));
    for (const spi::SourceInfo& source : sources) {
        if (std::ranges::find(source.schemes, scheme) != source.schemes.end()) {
            return source.open(url);
        }
    }
    // A URL that does not parse is the better explanation, and its scheme may be no scheme at all.
    (void)Url::parse(url);
    refuse_scheme(scheme, sources);
}

}  // namespace aether::migrate

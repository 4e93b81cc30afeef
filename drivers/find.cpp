// SPDX-License-Identifier: MIT
// From a scheme to its driver, and the list of all that can be had.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <aether/migrate/error.hpp>

#include "all.hpp"
#include "modules.hpp"

namespace aether::migrate {

std::string_view name_of(DriverState state) noexcept {
    switch (state) {
        case DriverState::built_in:
            return "built in";
        case DriverState::module:
            return "module";
        case DriverState::missing:
            return "missing";
        case DriverState::broken:
            return "broken";
    }
    return "broken";
}

namespace drivers {

namespace {

bool has_scheme(std::span<const std::string_view> schemes, std::string_view scheme) {
    return std::ranges::find(schemes, scheme) != schemes.end();
}

const KnownDriver* find_known(std::string_view scheme) {
    const auto known = known_drivers();
    const auto found = std::ranges::find_if(
        known, [scheme](const KnownDriver& driver) { return has_scheme(driver.schemes, scheme); });
    return found == known.end() ? nullptr : &*found;
}

std::string package_of(std::string_view driver) {
    return fmt::format("aether-migrate-{}", driver);
}

[[noreturn]] void refuse_missing(const KnownDriver& driver, std::string_view path) {
    ErrorDetails details;
    details.code = ErrorCode::driver_unusable;
    details.message = fmt::format("database driver: the module for {} is not installed", driver.name);
    details.detail = fmt::format("there is no {}", path);
    details.next = fmt::format("apt-get install {}", package_of(driver.name));
    throw Error(std::move(details));
}

[[noreturn]] void refuse_other_schemes(std::string_view path, std::string_view scheme,
                                       const spi::DriverInfo& driver) {
    throw Error(ErrorCode::driver_unusable,
                fmt::format("database driver: {}: opens no URL of scheme {}, only {}", path, scheme,
                            fmt::join(driver.schemes, ", ")));
}

void describe(Driver& entry, const spi::DriverInfo& driver) {
    entry.schemes.assign(driver.schemes.begin(), driver.schemes.end());
    if (driver.client_library != nullptr)
        entry.client_library = driver.client_library();
}

Driver linked_entry(const spi::DriverInfo& driver) {
    Driver entry;
    entry.name = driver.name;
    entry.state = DriverState::built_in;
    describe(entry, driver);
    return entry;
}

// `known` is nullptr for a module that somebody else made.
Driver module_entry(const std::string& name, const KnownDriver* known) {
    Driver entry;
    entry.name = name;
    entry.file = module_path(name).value();
    if (known != nullptr) {
        entry.schemes.assign(known->schemes.begin(), known->schemes.end());
        entry.package = package_of(name);
    }
    if (!module_exists(entry.file))
        return entry;
    try {
        describe(entry,
                 open_module(entry.file, known == nullptr ? std::string_view() : known->client_package));
        entry.state = DriverState::module;
    } catch (const Error& error) {
        entry.state = DriverState::broken;
        entry.problem = error.what();
    }
    return entry;
}

bool has_entry(const std::vector<Driver>& entries, std::string_view name) {
    return std::ranges::find(entries, name, &Driver::name) != entries.end();
}

}  // namespace

const spi::DriverInfo* find_driver(std::string_view scheme) {
    for (const spi::DriverInfo* driver : linked_drivers()) {
        if (has_scheme(driver->schemes, scheme))
            return driver;
    }
    const KnownDriver* known = find_known(scheme);
    const std::optional<std::string> path = module_path(known == nullptr ? scheme : known->name);
    if (!path || (known == nullptr && !module_exists(*path)))
        return nullptr;
    if (!module_exists(*path))
        refuse_missing(*known, *path);
    const spi::DriverInfo& driver =
        open_module(*path, known == nullptr ? std::string_view() : known->client_package);
    if (!has_scheme(driver.schemes, scheme))
        refuse_other_schemes(*path, scheme, driver);
    return &driver;
}

std::vector<std::string> known_schemes() {
    std::vector<std::string> schemes;
    for (const KnownDriver& driver : known_drivers()) {
        schemes.insert(schemes.end(), driver.schemes.begin(), driver.schemes.end());
    }
    for (const spi::DriverInfo* driver : linked_drivers()) {
        schemes.insert(schemes.end(), driver->schemes.begin(), driver->schemes.end());
    }
    std::ranges::sort(schemes);
    const auto repeated = std::ranges::unique(schemes);
    schemes.erase(repeated.begin(), repeated.end());
    return schemes;
}

std::vector<Driver> list() {
    std::vector<Driver> entries;
    for (const spi::DriverInfo* driver : linked_drivers()) {
        entries.push_back(linked_entry(*driver));
    }
    for (const KnownDriver& known : known_drivers()) {
        if (!has_entry(entries, known.name))
            entries.push_back(module_entry(std::string(known.name), &known));
    }
    for (const std::string& name : module_names()) {
        if (!has_entry(entries, name))
            entries.push_back(module_entry(name, nullptr));
    }
    std::ranges::sort(entries, {}, &Driver::name);
    return entries;
}

}  // namespace drivers

}  // namespace aether::migrate

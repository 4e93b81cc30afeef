// SPDX-License-Identifier: MIT
// The files of drivers that are not inside the library: where they lie, and how one is opened.
#include "modules.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/module.hpp>

namespace aether::migrate::drivers {

namespace {

constexpr const char* kVariable = "AETHER_MIGRATE_DRIVERS";
constexpr std::string_view kSuffix = ".so";
constexpr std::string_view kFolder = "aether-migrate/drivers";
constexpr const char* kSymbol = "aether_migrate_driver_module";

[[noreturn]] void refuse(const std::string& path, std::string_view why, std::string next = {}) {
    ErrorDetails details;
    details.code = ErrorCode::driver_unusable;
    details.message = fmt::format("database driver: {}: {}", path, why);
    details.next = std::move(next);
    throw Error(std::move(details));
}

// The file that this code is in. The program itself has no name for the dynamic linker, which then gives the
// name that its caller chose: nothing to look for code with.
std::filesystem::path own_file() {
    Dl_info info{};
    link_map* object = nullptr;
    const bool found = dladdr1(kSymbol, &info, reinterpret_cast<void**>(&object), RTLD_DL_LINKMAP) != 0;
    const bool library = found && object != nullptr && *object->l_name != '\0';
    const char* const name = library ? object->l_name : "/proc/self/exe";
    std::error_code fault;
    std::filesystem::path file = std::filesystem::canonical(name, fault);
    if (fault)
        refuse(name, fmt::format("can't look for drivers beside it: {}", fault.message()));
    return file;
}

bool fits_a_file_name(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '+' || character == '-' ||
           character == '.' || character == '_';
}

mode_t mode_of(const std::string& path) {
    struct stat found{};
    if (stat(path.c_str(), &found) != 0)
        refuse(path, fmt::format("can't be read: {}", std::strerror(errno)));
    return found.st_mode;
}

// A module runs with all rights of this process.
void refuse_what_others_may_write(const std::string& path) {
    if ((mode_of(path) & S_IWOTH) != 0) {
        refuse(path, "is writable for every user, so no code is taken from there",
               fmt::format("chmod o-w {}", path));
    }
}

[[noreturn]] void refuse_unloadable(const std::string& path, std::string_view why,
                                    std::string_view client_package) {
    // The linker names the file that it could not open: one of those that the module needs.
    const bool needs_another = why.find("cannot open shared object file") != std::string_view::npos;
    std::string next;
    if (needs_another && !client_package.empty())
        next = fmt::format("apt-get install {}", client_package);
    if (why.starts_with(path + ": "))
        why.remove_prefix(path.size() + 2);
    refuse(path, fmt::format("can't be loaded: {}", why), std::move(next));
}

struct CloseModule {
    void operator()(void* handle) const { dlclose(handle); }
};

}  // namespace

std::string module_folder() {
    const char* const chosen = secure_getenv(kVariable);
    if (chosen == nullptr || *chosen == '\0')
        return own_file().parent_path() / kFolder;
    if (*chosen != '/') {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("{} must be an absolute path, not \"{}\"", kVariable, chosen));
    }
    return chosen;
}

std::optional<std::string> module_path(std::string_view name) {
    if (name.empty() || name.front() == '.' || !std::ranges::all_of(name, fits_a_file_name))
        return std::nullopt;
    return fmt::format("{}/{}{}", module_folder(), name, kSuffix);
}

std::vector<std::string> module_names() {
    std::vector<std::string> names;
    std::error_code none;
    for (std::filesystem::directory_iterator entry(module_folder(), none), end; entry != end;
         entry.increment(none)) {
        const std::string name = entry->path().stem().string();
        if (entry->path().extension() == kSuffix && module_path(name))
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

bool module_exists(const std::string& path) {
    struct stat found{};
    return stat(path.c_str(), &found) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

const spi::DriverInfo& open_module(const std::string& path, std::string_view client_package) {
    if (!S_ISREG(mode_of(path)))
        refuse(path, "is no regular file");
    refuse_what_others_may_write(std::filesystem::path(path).parent_path());
    refuse_what_others_may_write(path);
    // The linker keeps one copy of a file and counts its users; it may be asked from any thread.
    std::unique_ptr<void, CloseModule> handle(dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL));
    if (handle == nullptr)
        refuse_unloadable(path, dlerror(), client_package);
    const auto* module = static_cast<const spi::DriverModule*>(dlsym(handle.get(), kSymbol));
    if (module == nullptr)
        refuse(path, fmt::format("is no driver: it has no {}", kSymbol));
    if (module->interface != spi::kModuleInterface) {
        refuse(path,
               fmt::format("was built for interface {} between library and drivers; this library has {}",
                           module->interface, spi::kModuleInterface),
               "install library and driver of one version");
    }
    if (module->driver == nullptr || module->driver->open == nullptr)
        refuse(path, "is no driver: it can't open a database");
    // Code that may still run is never unloaded.
    [[maybe_unused]] void* const kept = handle.release();
    return *module->driver;
}

}  // namespace aether::migrate::drivers

// SPDX-License-Identifier: MIT
// aether-migrate-embed: makes C++ of directories of migrations, to be built into a program.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/text.hpp>
#include <aether/migrate/version.hpp>

#include "folder.hpp"
#include "source_text.hpp"

namespace aether::migrate::embed {

namespace {

constexpr int kFailure = 1;
constexpr int kUsageError = 2;

constexpr std::string_view kUsage = R"(Usage: aether-migrate-embed [-name NAME] -out FOLDER DIR...
       aether-migrate-embed -version | -help

Makes C++ of the migrations in the directories, to be built into a program:
FOLDER/aether_migrate_embedded_NAME.cpp, the .hpp that declares it, and the .d
that tells make what they depend on. At run time they are embedded://NAME.
Fails where the set is not complete: a bad name, a missing half, a number left
out, two files of one version and direction.

  -name NAME   Letters, digits and "_" (default migrations)
  -out FOLDER  A folder that exists
)";

struct Arguments {
    std::string name = "migrations";
    std::string out;
    std::vector<std::string> directories;
    std::string problem;  // empty when they are good
};

// One dash or two, and "=" or the next argument, as with `migrate`.
Arguments parse_arguments(const std::vector<std::string>& given) {
    Arguments arguments;
    for (std::size_t i = 0; i < given.size(); ++i) {
        std::string_view flag = given[i];
        if (!flag.starts_with('-')) {
            arguments.directories.emplace_back(flag);
            continue;
        }
        flag.remove_prefix(flag.starts_with("--") ? 2 : 1);
        const std::size_t equal = flag.find('=');
        std::string* const value = flag.substr(0, equal) == "name"  ? &arguments.name
                                   : flag.substr(0, equal) == "out" ? &arguments.out
                                                                    : nullptr;
        if (value == nullptr || (equal == std::string_view::npos && i + 1 == given.size())) {
            arguments.problem = value == nullptr ? "flag provided but not defined: " + given[i]
                                                 : "flag needs an argument: " + given[i];
            return arguments;
        }
        *value = equal == std::string_view::npos ? given[++i] : std::string(flag.substr(equal + 1));
    }
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (arguments.name.empty() || arguments.name.find_first_not_of(kLetters) != std::string::npos)
        arguments.problem = "the name \"" + arguments.name + "\" must be letters, digits and \"_\"";
    else if (arguments.out.empty())
        arguments.problem = "-out is missing";
    else if (arguments.directories.empty())
        arguments.problem = "no directory is named";
    return arguments;
}

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file)
        throw Error(ErrorCode::invalid_argument,
                    "can't write " + path.string() + "; -out must be a folder that exists");
}

void make(const Arguments& arguments) {
    const Folders folders = list_folders(arguments.directories);
    // As it was given, and without "./": make compares the target's name in the .d with that of its own rule.
    const std::filesystem::path path =
        std::filesystem::path(arguments.out) / ("aether_migrate_embedded_" + arguments.name);
    const std::filesystem::path stem = path.lexically_normal();
    const std::string source = source_text(arguments.name, folders);
    // The source comes last: a make that is cut off finds it missing or old.
    write(stem.string() + ".d", dependency_text(stem.string() + ".cpp", folders));
    write(stem.string() + ".hpp", header_text(arguments.name));
    write(stem.string() + ".cpp", source);
}

}  // namespace

int run(const std::vector<std::string>& given) {
    if (given.size() == 1 && (given[0] == "-help" || given[0] == "--help" || given[0] == "-h")) {
        std::cout << kUsage;
        return 0;
    }
    if (given.size() == 1 && (given[0] == "-version" || given[0] == "--version")) {
        std::cout << library_version() << '\n';
        return 0;
    }
    const Arguments arguments = parse_arguments(given);
    if (!arguments.problem.empty()) {
        std::cerr << "aether-migrate-embed: " << arguments.problem << '\n' << kUsage;
        return kUsageError;
    }
    try {
        make(arguments);
    } catch (const Error& error) {
        std::cerr << "error: " << to_text(error) << '\n';
        return kFailure;
    }
    return 0;
}

}  // namespace aether::migrate::embed

int main(int count, char** values) {
    try {
        return aether::migrate::embed::run({values + 1, values + count});
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << '\n';
    }
    return 1;
}

// SPDX-License-Identifier: MIT
// Finds the migrations of the directories that are to be embedded.
#include "folder.hpp"

#include <fstream>
#include <map>
#include <system_error>

#include <aether/migrate/complete.hpp>
#include <aether/migrate/error.hpp>

namespace aether::migrate::embed {

namespace {

namespace fs = std::filesystem;

using FilesByName = std::map<std::string, fs::path>;

void add_files(const fs::path& place, FilesByName& files, std::vector<std::string>& names) {
    std::error_code failure;
    fs::directory_iterator entry(place, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        std::error_code unknown;  // a dangling link is no directory
        if (entry->is_directory(unknown))
            continue;
        names.push_back(entry->path().filename().string());
        files.emplace(names.back(), entry->path());
    }
    if (failure)
        throw Error(ErrorCode::source_unusable, "open " + place.string() + ": " + failure.message());
}

}  // namespace

Folders list_folders(const std::vector<std::string>& directories) {
    Folders folders;
    FilesByName files;
    std::vector<std::string> names;
    std::string place;
    for (const std::string& directory : directories) {
        folders.places.push_back(fs::absolute(directory));
        add_files(folders.places.back(), files, names);
        place += (place.empty() ? "" : ", ") + directory;
    }
    for (const std::string& name : check_complete(names, place)) {
        folders.files.push_back(files.at(name));
        if (!std::ifstream(folders.files.back()))
            throw Error(ErrorCode::source_unusable,
                        "open " + folders.files.back().string() + ": it can't be read");
    }
    return folders;
}

}  // namespace aether::migrate::embed

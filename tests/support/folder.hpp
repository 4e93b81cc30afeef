// SPDX-License-Identifier: MIT
// A folder for a test, removed at its end.
#pragma once

#include <sys/stat.h>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace aether::migrate {

/// Readable for every user: a server may run as another one.
class Folder {
public:
    Folder() {
        if (mkdtemp(path_.data()) == nullptr || chmod(path_.c_str(), 0755) != 0)
            throw std::runtime_error("no temporary folder can be made in /tmp");
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/aether-test-XXXXXX";  // short: a socket's path has 107 bytes at most
};

}  // namespace aether::migrate

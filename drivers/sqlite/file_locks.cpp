// SPDX-License-Identifier: MIT
// Which processes hold SQLite's locks on a database file, as far as the kernel tells.
#include "file_locks.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace aether::migrate::sqlite {

namespace {

// Bytes that SQLite locks (file format 1.2 "lock-byte page", WAL index format 2.3): in the file from the
// pending byte on, in the shared memory first the three that writers take, then the readers' marks.
constexpr unsigned long kPendingByte = 0x40000000;
constexpr unsigned long kSharedFirst = kPendingByte + 2;
constexpr unsigned long kLastByte = kSharedFirst + 509;
constexpr unsigned long kWalFirst = 120;
constexpr unsigned long kWalReaders = 123;
constexpr unsigned long kWalLast = 127;

enum class Use { none, reads, writes };

// One line: "1: POSIX  ADVISORY  WRITE 4711 08:01:1234 1073741825 1073741825".
struct Line {
    std::string kind;
    std::string mode;
    long pid = 0;
    unsigned long inode = 0;
    unsigned long first = 0;
    unsigned long last = 0;
};

bool parse(const std::string& text, Line& line) {
    std::istringstream words(text);
    std::string number;
    std::string advisory;
    std::string place;
    std::string last;
    // Of a waiting process the kind is "->", and all else is one word later.
    if (!(words >> number >> line.kind >> advisory >> line.mode >> line.pid >> place >> line.first >> last))
        return false;
    const std::size_t colon = place.rfind(':');
    if (colon == std::string::npos)
        return false;
    std::istringstream(place.substr(colon + 1)) >> line.inode;
    line.last = line.first;
    std::istringstream(last) >> line.last;  // "EOF" leaves it
    return true;
}

Use use_of(const Line& line, unsigned long inode, unsigned long shared_memory_inode) {
    const bool write = line.mode == "WRITE";
    if (line.inode == inode && line.first >= kPendingByte && line.first <= kLastByte)
        return write ? Use::writes : Use::reads;
    if (shared_memory_inode != 0 && line.inode == shared_memory_inode && line.first >= kWalFirst &&
        line.first <= kWalLast)
        return write && line.first < kWalReaders ? Use::writes : Use::reads;
    return Use::none;
}

unsigned long inode_of(const std::string& file) {
    struct stat facts{};
    return stat(file.c_str(), &facts) == 0 ? facts.st_ino : 0;
}

std::string program_of(long pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return name;
}

void add(std::vector<spi::Blocker>& blockers, long pid, const char* state) {
    const bool known = std::any_of(blockers.begin(), blockers.end(),
                                   [pid](const spi::Blocker& blocker) { return blocker.pid == pid; });
    if (known)
        return;
    spi::Blocker blocker;
    blocker.pid = pid;
    blocker.application = program_of(pid);
    blocker.client = "local";
    blocker.state = state;
    blockers.push_back(std::move(blocker));
}

}  // namespace

std::vector<spi::Blocker> lock_holders_in(const std::string& locks, unsigned long inode,
                                          unsigned long shared_memory_inode) {
    std::vector<spi::Blocker> writers;
    std::vector<spi::Blocker> readers;
    std::istringstream lines(locks);
    std::string text;
    while (std::getline(lines, text)) {
        Line line;
        if (!parse(text, line) || line.kind != "POSIX" || line.pid <= 0 || line.pid == getpid())
            continue;
        switch (use_of(line, inode, shared_memory_inode)) {
            case Use::none:
                break;
            case Use::reads:
                add(readers, line.pid, "reading");
                break;
            case Use::writes:
                add(writers, line.pid, "writing");
                break;
        }
    }
    return writers.empty() ? readers : writers;
}

std::vector<spi::Blocker> find_lock_holders(const std::string& file) {
    if (file.empty())
        return {};
    std::ifstream locks("/proc/locks");
    std::ostringstream text;
    text << locks.rdbuf();
    return lock_holders_in(text.str(), inode_of(file), inode_of(file + "-shm"));
}

}  // namespace aether::migrate::sqlite

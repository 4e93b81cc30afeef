// SPDX-License-Identifier: MIT
// A file system below SQLite that fails at a chosen call, as a full or dying disk does.
#pragma once

#include <sqlite3.h>

#include <cstddef>

namespace aether::migrate::sqlite {

/// What the file system answers from a call on.
struct DiskFault {
    long at = 0;              ///< The call that fails, counted from 1; 0: none.
    int code = SQLITE_IOERR;  ///< SQLITE_FULL answers the calls that write alone.
    bool goes_on = true;      ///< Every call behind it fails too; otherwise this one alone.
};

/// The system's files under the name "failing", with a fault at a time. It is SQLite's own as long as it
/// lives, so there is one at a time; open no file beyond its life. Nothing is flushed to the disk.
class FailingFiles {
public:
    FailingFiles() : system_(sqlite3_vfs_find(nullptr)), own_(*system_) {
        own_.zName = "failing";
        own_.pNext = nullptr;
        own_.pAppData = this;
        own_.szOsFile = static_cast<int>(kBase) + system_->szOsFile;
        own_.xOpen = [](sqlite3_vfs* own, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
            return of(own).open(name, file, flags, out);
        };
        own_.xDelete = [](sqlite3_vfs* own, const char* name, int) {
            FailingFiles& files = of(own);
            const int fault = files.next_write();
            return fault != SQLITE_OK ? fault : files.system_->xDelete(files.system_, name, 0);
        };
        sqlite3_vfs_register(&own_, 0);
    }
    ~FailingFiles() { sqlite3_vfs_unregister(&own_); }
    FailingFiles(const FailingFiles&) = delete;
    FailingFiles& operator=(const FailingFiles&) = delete;

    /// Counts from here on.
    void set(const DiskFault& fault) {
        fault_ = fault;
        calls_ = 0;
    }
    bool was_reached() const { return fault_.at != 0 && calls_ >= fault_.at; }

private:
    // SQLite allocates szOsFile bytes: this, and behind it the system's own.
    struct File {
        sqlite3_file base;
        FailingFiles* files;
    };
    static constexpr std::size_t kBase = (sizeof(File) + 15) / 16 * 16;

    static FailingFiles& of(sqlite3_vfs* own) { return *static_cast<FailingFiles*>(own->pAppData); }
    static FailingFiles& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->files; }
    static sqlite3_file* inner(sqlite3_file* file) {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kBase);
    }

    int next() {
        ++calls_;
        const bool fails = fault_.at != 0 && (fault_.goes_on ? calls_ >= fault_.at : calls_ == fault_.at);
        return fails && fault_.code != SQLITE_FULL ? fault_.code : SQLITE_OK;
    }
    int next_write() {
        const int fault = next();
        const bool full = fault_.code == SQLITE_FULL && was_reached();
        return fault == SQLITE_OK && full && (fault_.goes_on || calls_ == fault_.at) ? SQLITE_FULL : fault;
    }

    int open(sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
        file->pMethods = nullptr;
        const int code = system_->xOpen(system_, name, inner(file), flags, out);
        if (code == SQLITE_OK) {
            reinterpret_cast<File*>(file)->files = this;
            file->pMethods = &kMethods;
        }
        return code;
    }

    static const sqlite3_io_methods kMethods;

    sqlite3_vfs* system_;
    sqlite3_vfs own_;
    DiskFault fault_;
    long calls_ = 0;
};

// Version 1: without shared memory, hence no WAL.
inline const sqlite3_io_methods FailingFiles::kMethods{
    .iVersion = 1,
    .xClose = [](sqlite3_file* file) { return inner(file)->pMethods->xClose(inner(file)); },
    .xRead =
        [](sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
            const int fault = of(file).next();
            return fault != SQLITE_OK ? fault : inner(file)->pMethods->xRead(inner(file), to, size, at);
        },
    .xWrite =
        [](sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
            const int fault = of(file).next_write();
            // The first half of it still reaches the disk.
            const int code =
                inner(file)->pMethods->xWrite(inner(file), from, fault != SQLITE_OK ? size / 2 : size, at);
            return fault != SQLITE_OK ? fault : code;
        },
    .xTruncate =
        [](sqlite3_file* file, sqlite3_int64 size) {
            const int fault = of(file).next_write();
            return fault != SQLITE_OK ? fault : inner(file)->pMethods->xTruncate(inner(file), size);
        },
    .xSync = [](sqlite3_file* file, int) { return of(file).next_write(); },
    .xFileSize = [](sqlite3_file* file,
                    sqlite3_int64* size) { return inner(file)->pMethods->xFileSize(inner(file), size); },
    .xLock = [](sqlite3_file* file, int level) { return inner(file)->pMethods->xLock(inner(file), level); },
    .xUnlock = [](sqlite3_file* file,
                  int level) { return inner(file)->pMethods->xUnlock(inner(file), level); },
    .xCheckReservedLock =
        [](sqlite3_file* file, int* out) {
            return inner(file)->pMethods->xCheckReservedLock(inner(file), out);
        },
    .xFileControl =
        [](sqlite3_file* file, int operation, void* value) {
            return inner(file)->pMethods->xFileControl(inner(file), operation, value);
        },
    .xSectorSize = [](sqlite3_file* file) { return inner(file)->pMethods->xSectorSize(inner(file)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* file) { return inner(file)->pMethods->xDeviceCharacteristics(inner(file)); },
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace aether::migrate::sqlite

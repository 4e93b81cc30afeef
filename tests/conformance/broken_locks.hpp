// SPDX-License-Identifier: MIT
// Locks that break one promise each, around a good driver: the kit must see it.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <aether/migrate/spi/forwarding_connection.hpp>

namespace aether::migrate::conformance {

using spi::ForwardingConnection;

/// Lets everybody have the lock.
class LockForEverybody : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    bool do_try_lock(const spi::TableNames&, const spi::Look&, const spi::Wait&) override { return true; }
};

/// Has a lock that other processes don't see.
class LockOfOneProcess : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;
    ~LockOfOneProcess() override { give_back(); }

private:
    static const void*& owner() {
        static const void* session = nullptr;
        return session;
    }
    void give_back() {
        if (owner() == this)
            owner() = nullptr;
    }
    bool do_try_lock(const spi::TableNames&, const spi::Look&, const spi::Wait&) override {
        if (owner() == nullptr)
            owner() = this;
        return owner() == this;
    }
    void do_unlock() noexcept override {
        inner().unlock();
        give_back();
    }
};

/// A folder of this test run for locks that nobody gives back; its forked children use it too.
class LocksFolder {
public:
    LocksFolder() : owner_(getpid()) {
        path_ = std::filesystem::temp_directory_path() / ("conformance-locks-" + std::to_string(owner_));
        std::filesystem::create_directory(path_);
    }
    ~LocksFolder() {
        if (getpid() == owner_)
            std::filesystem::remove_all(path_);
    }
    LocksFolder(const LocksFolder&) = delete;
    LocksFolder& operator=(const LocksFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    pid_t owner_;
    std::filesystem::path path_;
};

inline const LocksFolder kLocksFolder;

/// Has a lock that is a file, which a killed owner leaves behind.
class LockThatStays : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    static std::filesystem::path file(const spi::Look& look) {
        return kLocksFolder.path() / look.facts.database;
    }
    bool do_try_lock(const spi::TableNames&, const spi::Look& look, const spi::Wait&) override {
        path_ = file(look);
        held_ = std::filesystem::create_directory(path_);
        return held_;
    }
    void do_unlock() noexcept override {
        inner().unlock();
        if (std::exchange(held_, false))
            std::filesystem::remove(path_);
    }

    std::filesystem::path path_;
    bool held_ = false;
};

/// Keeps the lock when it is given back.
class UnlockForgotten : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    void do_unlock() noexcept override {}
};

/// Lets a write pass without the lock.
class GuardSleeps : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    std::vector<spi::BoundStatement> do_write_guard(const std::string&) const override {
        return {{"SELECT 1", {}}};
    }
};

/// Dies, or never comes back.
class Crashes : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    bool do_try_lock(const spi::TableNames&, const spi::Look&, const spi::Wait&) override { std::abort(); }
};

class Hangs : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    bool do_try_lock(const spi::TableNames&, const spi::Look&, const spi::Wait&) override {
        while (true) {
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    }
};

}  // namespace aether::migrate::conformance

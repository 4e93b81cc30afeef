// SPDX-License-Identifier: MIT
// What the tests of connections of a caller's share: migrations in a folder, and the error of a call.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <aether/migrate/migrate.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "../support/folder.hpp"

namespace aether::migrate::borrowed {

/// Migrations, each an up and a down file.
class Migrations {
public:
    void add(const std::string& name, const std::string& up, const std::string& down = "") const {
        std::ofstream(folder_.path() + "/" + name + ".up.sql") << up;
        std::ofstream(folder_.path() + "/" + name + ".down.sql") << down;
    }

    Options options(BorrowedConnection connection) const {
        Options options;
        options.path = folder_.path();
        options.connection = std::move(connection);
        return options;
    }

    Options options(const std::string& url) const {
        Options options;
        options.path = folder_.path();
        options.database = url;
        return options;
    }

private:
    Folder folder_;
};

/// Returns what an operation throws; nothing: it threw nothing.
inline std::optional<ErrorDetails> error_of(const std::function<void()>& operation) {
    try {
        operation();
    } catch (const Error& error) {
        return error.details();
    }
    return std::nullopt;
}

/// Keeps the notices of an operation, and may do something at each.
class Listener final : public Observer {
public:
    std::vector<std::string> notices;
    std::function<void()> act;

private:
    void on_notice(const spi::Notice& notice) override {
        notices.push_back(notice.message);
        if (act)
            act();
    }
};

/// Does something once, when a migration begins.
class AtStep final : public Observer {
public:
    AtStep(std::int64_t version, std::function<void()> act) : version_(version), act_(std::move(act)) {}

private:
    void on_step_started(const StepReport& step) override {
        if (step.version == Version{version_})
            act_();
    }

    std::int64_t version_;
    std::function<void()> act_;
};

}  // namespace aether::migrate::borrowed

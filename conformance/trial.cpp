// SPDX-License-Identifier: MIT
// What a check works with: sessions of its database, statements that must succeed, and the engine.
#include "trial.hpp"

#include <unistd.h>
#include <fstream>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::conformance {

namespace {

constexpr std::chrono::seconds kBecomesTrue{20};
constexpr std::size_t kSuffixBytes = 8;  // "_history"

// Letters and digits stay; everything else is escaped, so that no URL parser reads it as something else.
std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char byte : text) {
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
        encoded += plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
    return encoded;
}

std::string with_placeholders(std::string_view sql, const spi::Dialect& dialect) {
    if (dialect.placeholder == spi::Placeholder::question_mark)
        return std::string(sql);
    std::string numbered;
    std::size_t number = 0;
    for (const char byte : sql) {
        numbered += byte == '?' ? fmt::format("${}", ++number) : std::string(1, byte);
    }
    return numbered;
}

spi::ScriptResult execute(const Session& session, std::string_view text) {
    return session.connection->execute(text, patience());
}

}  // namespace

spi::Wait patience(std::chrono::milliseconds limit) {
    return {{}, std::chrono::steady_clock::now() + limit};
}

void Session::run(std::string_view text) const {
    const spi::ScriptResult result = execute(*this, text);
    if (result.failure)
        fail(fmt::format("the server refused {}: {}", text.substr(0, 200), result.failure->message));
}

spi::ScriptFailure Session::run_refused(std::string_view text) const {
    spi::ScriptResult result = execute(*this, text);
    if (!result.failure)
        fail(fmt::format("execute() reports no failure of {}", text.substr(0, 200)));
    return std::move(*result.failure);
}

spi::Rows Session::query(std::string_view sql, const std::vector<spi::Value>& values) const {
    // Without values a question mark may be part of a name.
    return connection->query({values.empty() ? std::string(sql) : with_placeholders(sql, dialect()), values},
                             patience());
}

std::string Session::ask(std::string_view sql, const std::vector<spi::Value>& values) const {
    const spi::Rows rows = query(sql, values);
    if (rows.rows.size() != 1 || rows.rows.front().empty())
        fail(fmt::format("{} gives {} rows, expected one", sql, rows.rows.size()));
    const spi::Value& value = rows.rows.front().front();
    if (!value)
        fail(fmt::format("{} gives NULL", sql));
    return *value;
}

std::uint64_t Session::count(std::string_view sql, const std::vector<spi::Value>& values) const {
    const std::string digits = ask(sql, values);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
        fail(fmt::format("{} gives \"{}\", expected a number", sql, digits));
    return std::stoull(digits);
}

void Session::begin() const {
    query(dialect().begin);
}

void Session::commit() const {
    query("COMMIT");
}

void Session::roll_back() const {
    query("ROLLBACK");
}

bool Session::try_lock() const {
    return connection->try_lock(tables, look, patience());
}

void Session::drop() const {
    require(try_lock(), "a free lock is not given");
    connection->drop(tables, patience());
    connection->unlock();
}

spi::Look Session::look_again() const {
    return connection->look(tables, patience());
}

std::string Session::quoted(std::string_view name) const {
    const std::string_view quote = dialect().identifier_quote;
    std::string text(quote);
    while (!name.empty()) {
        const std::size_t end = name.find(quote);
        text += name.substr(0, end);
        if (end == std::string_view::npos)
            break;
        text.append(quote).append(quote);
        name.remove_prefix(end + quote.size());
    }
    return text.append(quote);
}

Trial::Trial(const Subject& subject, Database database, std::filesystem::path folder)
    : subject_(subject), database_(std::move(database)), folder_(std::move(folder)) {}

Session Trial::open_url(const std::string& url) const {
    spi::Opened opened = subject_.driver->open(url, patience());
    Session session;
    session.connection = std::move(opened.connection);
    if (!session.connection)
        fail("open() returned no connection");
    session.tables = {opened.settings.table_schema, opened.settings.table, {}, {}};
    // The engine shortens longer ones by a rule of its own, which the kit need not know.
    const bool short_enough =
        opened.settings.table.size() + kSuffixBytes <= session.dialect().max_identifier_bytes;
    if (opened.settings.history && short_enough) {
        session.tables.history = opened.settings.table + "_history";
        session.tables.journal = opened.settings.table + "_journal";
    }
    session.look = session.look_again();
    if (!session.tables.schema && !session.look.facts.schema.empty())
        session.tables.schema = session.look.facts.schema;
    return session;
}

std::string Trial::url_with(std::string_view key, std::string_view value) const {
    const char separator = database_.url.find('?') == std::string::npos ? '?' : '&';
    return fmt::format("{}{}{}={}", database_.url, separator, key, percent_encoded(value));
}

void Trial::make_rows(const Session& session) const {
    session.run(
        fmt::format("CREATE TABLE kit_rows (id bigint NOT NULL PRIMARY KEY, note {})", subject_.text_type));
}

Migrator Trial::migrator(const Files& files, Options options) const {
    // An engine reads its folder to its end, and several processes of a check make engines.
    const std::filesystem::path folder = folder_ / fmt::format("{}-{}", ::getpid(), ++folders_);
    std::filesystem::create_directories(folder);
    for (const auto& [name, text] : files) {
        std::ofstream(folder / name, std::ios::binary) << text;
    }
    options.path = folder.string();
    if (options.database.empty())
        options.database = database_.url;
    options.driver = subject_.driver;
    if (!options.lock_timeout)
        options.lock_timeout = std::chrono::seconds(30);
    return Migrator(std::move(options));
}

Migrator Trial::migrator_at(const std::string& url, const Files& files) const {
    Options options;
    options.database = url;
    return migrator(files, std::move(options));
}

const Files& Trial::three_files() {
    static const Files kFiles{
        {"1_first.up.sql", "CREATE TABLE kit_first (id bigint NOT NULL PRIMARY KEY);\n"},
        {"1_first.down.sql", "DROP TABLE kit_first;\n"},
        {"2_second.up.sql",
         "CREATE TABLE kit_second (id bigint NOT NULL PRIMARY KEY);\nINSERT INTO kit_second (id) VALUES "
         "(1);\n"},
        {"2_second.down.sql", "DROP TABLE kit_second;\n"},
        {"3_third.up.sql", "CREATE TABLE kit_third (id bigint NOT NULL PRIMARY KEY);\n"},
        {"3_third.down.sql", "DROP TABLE kit_third;\n"},
    };
    return kFiles;
}

bool becomes_true(const std::function<bool()>& is_true) {
    const auto deadline = std::chrono::steady_clock::now() + kBecomesTrue;
    while (!is_true()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

ErrorDetails error_of(const std::function<void()>& part, std::string_view what) {
    try {
        part();
    } catch (const Error& error) {
        return error.details();
    }
    fail(fmt::format("{} throws no Error", what));
}

void in_time(std::chrono::milliseconds limit, std::string_view what, const std::function<void()>& part) {
    const auto start = std::chrono::steady_clock::now();
    part();
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    if (took > limit)
        fail(fmt::format("{} took {} ms, at most {} ms are allowed", what, took.count(), limit.count()));
}

void require_version(const Session& session, std::int64_t version, bool dirty) {
    const spi::Look look = session.look_again();
    const bool has_row = version >= 0 || dirty;
    require_same(look.version_rows.size(), has_row ? 1 : 0, "rows of the version table that look() shows");
    if (!has_row)
        return;
    require_same(std::to_string(look.version_rows.front().version), std::to_string(version),
                 "the version that look() shows");
    require(look.version_rows.front().dirty == dirty,
            fmt::format("look() shows a {} version, expected a {} one", dirty ? "clean" : "dirty",
                        dirty ? "dirty" : "clean"));
}

}  // namespace aether::migrate::conformance

// SPDX-License-Identifier: MIT
// The database that is swept: made anew for each fault, and looked at by a session that has no part in the
// run.
#include "ground.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "../../src/history/layout.hpp"

namespace aether::migrate::crash {

namespace {

using Cells = std::vector<std::string>;

bool is_true(const std::string& cell) {
    return cell == "t" || cell == "1";
}

spi::Wait limit() {
    return {{}, std::chrono::steady_clock::now() + std::chrono::seconds(60)};
}

std::string named(std::string text, const std::string& name) {
    const std::string place = "{name}";
    return text.replace(text.find(place), place.size(), name);
}

RowPicture row_of(const Cells& cells) {
    return {std::stoll(cells[0]), is_true(cells[1])};
}

JournalPicture journal_of(const Cells& cells) {
    JournalPicture journal;
    journal.version = std::stoll(cells[0]);
    journal.direction = cells[1] == "down" ? Direction::down : Direction::up;
    journal.from = std::stoll(cells[2]);
    journal.leads_to = std::stoll(cells[3]);
    journal.done = std::stoul(cells[4]);
    journal.state = cells[5];
    journal.next_line = std::stoul(cells[6]);
    journal.same_write = is_true(cells[7]);
    return journal;
}

}  // namespace

Ground::Ground(const Database& database, std::string url)
    : database_(database), url_(std::move(url)), connection_(open().connection) {}

spi::Opened Ground::open() const {
    return database_.driver->open(url_, limit());
}

std::vector<Cells> Ground::run(const std::string& sql) const {
    std::vector<Cells> rows;
    for (const std::vector<spi::Value>& row : connection_->query({sql, {}}, limit()).rows) {
        Cells& cells = rows.emplace_back();
        for (const spi::Value& value : row) {
            cells.push_back(value.value_or(""));
        }
    }
    return rows;
}

void Ground::clear() const {
    for (const Cells& statement : run(database_.clear)) {
        run(statement[0]);
    }
    for (const std::string& statement : database_.make) {
        run(statement);
    }
}

Picture Ground::look() const {
    Picture picture;
    const Looks& looks = database_.looks;
    const Cells tables = run(looks.tables).front();
    picture.locks = count_locks();
    if (is_true(tables[0])) {
        for (const Cells& cells : run(looks.rows)) {
            picture.rows.push_back(row_of(cells));
        }
    }
    if (is_true(tables[1])) {
        for (const Cells& cells : run(looks.events)) {
            picture.events.push_back({std::stoll(cells[0]), cells[1], cells[2], cells[3]});
        }
    }
    if (is_true(tables[2])) {
        for (const Cells& cells : run(looks.journal)) {
            picture.journal = journal_of(cells);
        }
    }
    if (!looks.invalid.empty()) {
        for (const Cells& cells : run(looks.invalid)) {
            picture.invalid.push_back(cells[0]);
        }
    }
    picture.schema = run(looks.schema).front()[0];
    picture.content = is_true(tables[3]) ? run(looks.content).front()[0] : "no marks";
    return picture;
}

std::size_t Ground::count_locks() const {
    if (!database_.looks.locks.empty())
        return std::stoul(run(database_.looks.locks).front()[0]);
    const spi::TableNames tables = history::table_names(spi::Settings{}, connection_->dialect());
    const spi::Look look = connection_->look(tables, limit());
    if (!connection_->try_lock(tables, look, limit()))
        return 1;
    connection_->unlock();
    return 0;
}

std::vector<bool> Ground::ask(const std::vector<std::string>& conditions) const {
    std::string sql = "SELECT true";
    for (const std::string& condition : conditions) {
        sql += ", " + condition;
    }
    std::vector<bool> answers;
    const std::vector<Cells> rows = run(sql);
    for (const std::string& cell : rows.front()) {
        answers.push_back(is_true(cell));
    }
    answers.erase(answers.begin());
    return answers;
}

std::function<void()> Ground::cut(spi::Connection& session) const {
    if (!has_sessions())
        return [] {};
    const std::string name =
        session.query({database_.sessions.own, {}}, limit()).rows.at(0).at(0).value_or("");
    return [this, name] { end_session(name); };
}

void Ground::end_session(const std::string& name) const {
    run(named(database_.sessions.end, name));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!run(named(database_.sessions.found, name)).empty()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("session " + name + " did not end");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace aether::migrate::crash

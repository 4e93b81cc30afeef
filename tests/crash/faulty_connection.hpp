// SPDX-License-Identifier: MIT
// A connection that is lost at one chosen call: before the call is sent, or after it was done.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/forwarding_connection.hpp>

namespace aether::migrate::crash {

/// On which side of the call the fault falls.
enum class When { before, after };

/// What is lost.
enum class Loss {
    session,  ///< The server ends it; this call and all later ones fail.
    process   ///< The same, and nothing more of the engine's work is done: only its destructors run.
};

/// Whether a fault may fall between two statements of a batch.
enum class Batches { whole, split };

struct Fault {
    std::size_t call = 0;  ///< Counted from 1 over all calls that reach the server; 0: see `script`.
    std::string script{};  ///< Instead of a number: the script that holds these words; empty: no fault.
    When when = When::before;
    Loss loss = Loss::session;
    Batches batches = Batches::whole;
};

/// Goes through the engine when its process is killed.
struct Killed {};

class FaultyConnection final : public spi::ForwardingConnection {
public:
    /// `cut` ends the inner connection's session on the server and waits for its end.
    FaultyConnection(spi::Connection& inner, Fault fault, std::function<void()> cut)
        : ForwardingConnection(inner), fault_(std::move(fault)), cut_(std::move(cut)) {}

    bool reached() const { return !place_.empty(); }
    bool killed() const { return killed_; }
    /// Where the fault fell: "before call 7 (query COMMIT)"; empty when it was not reached.
    const std::string& place() const { return place_; }

private:
    bool is_here(std::string_view what, std::string_view text) const {
        if (reached())
            return false;
        if (fault_.call == 0)
            return what == "execute" && !fault_.script.empty() &&
                   text.find(fault_.script) != std::string_view::npos;
        return calls_ == fault_.call;
    }

    void lose(std::string_view what, std::string_view text) {
        const std::string_view words = text.substr(std::min(text.find_first_not_of(" \n"), text.size()));
        place_ = std::string(fault_.when == When::before ? "before" : "after") + " call " +
                 std::to_string(calls_) + " (" + std::string(what) + (words.empty() ? "" : " ") +
                 std::string(words.substr(0, std::min<std::size_t>(words.find('\n'), 60))) + ")";
        cut_();
        if (fault_.loss == Loss::session)
            return;
        killed_ = true;
        throw Killed{};
    }

    // A call on a session that was cut before goes to the driver all the same: it must find out by itself.
    template <typename Call>
    auto guarded(std::string_view what, std::string_view text, const Call& call) -> decltype(call()) {
        if (killed_)
            throw Killed{};
        ++calls_;
        const bool here = is_here(what, text);
        if (here && fault_.when == When::before)
            lose(what, text);
        auto answer = call();
        if (here && fault_.when == When::after) {
            lose(what, text);
            throw Error(ErrorCode::connection_failed, "the answer was lost on its way");
        }
        return answer;
    }

    spi::Look do_look(const spi::TableNames& tables, const spi::Wait& wait) override {
        return guarded("look", "", [&] { return inner().look(tables, wait); });
    }
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override {
        return guarded("execute", text, [&] { return inner().execute(text, wait); });
    }
    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override {
        return guarded("query", statement.sql, [&] { return inner().query(statement, wait); });
    }
    std::vector<spi::Rows> do_batch(std::span<const spi::BoundStatement> statements,
                                    const spi::Wait& wait) override {
        if (statements.empty())
            return inner().batch(statements, wait);
        const std::size_t step = fault_.batches == Batches::split ? 1 : statements.size();
        std::vector<spi::Rows> answers;
        for (std::size_t from = 0; from < statements.size(); from += step) {
            const auto part = statements.subspan(from, step);
            for (spi::Rows& rows :
                 guarded("batch", part.front().sql, [&] { return inner().batch(part, wait); })) {
                answers.push_back(std::move(rows));
            }
        }
        return answers;
    }
    bool do_try_lock(const spi::TableNames& tables, const spi::Look& look, const spi::Wait& wait) override {
        return guarded("try_lock", "", [&] { return inner().try_lock(tables, look, wait); });
    }
    void do_unlock() noexcept override {
        try {
            guarded("unlock", "", [this] {
                inner().unlock();
                return true;
            });
        } catch (...) {
            // The interface lets nothing out of it: a lost session has lost its lock.
        }
    }
    std::optional<spi::LockHolder> do_lock_holder(const spi::TableNames& tables, const spi::Look& look,
                                                  const spi::Wait& wait) override {
        return guarded("lock_holder", "", [&] { return inner().lock_holder(tables, look, wait); });
    }
    spi::DropPlan do_plan_drop(const spi::TableNames& tables, const spi::Wait& wait) override {
        return guarded("plan_drop", "", [&] { return inner().plan_drop(tables, wait); });
    }
    void do_drop(const spi::TableNames& tables, const spi::Wait& wait) override {
        guarded("drop", "", [&] {
            inner().drop(tables, wait);
            return true;
        });
    }
    void do_prepare(const spi::Limits& limits, const spi::Wait& wait) override {
        guarded("prepare", "", [&] {
            inner().prepare(limits, wait);
            return true;
        });
    }
    spi::Intent do_note_intent(const spi::StatementView& statement, const spi::Wait& wait) override {
        return guarded("note_intent", statement.text, [&] { return inner().note_intent(statement, wait); });
    }
    spi::Finding do_find_effect(std::string_view note, spi::Ending ending, const spi::Wait& wait) override {
        return guarded("find_effect", "", [&] { return inner().find_effect(note, ending, wait); });
    }
    std::string do_session_name(const spi::Wait& wait) override {
        return guarded("session_name", "", [&] { return inner().session_name(wait); });
    }
    spi::SessionState do_probe(std::string_view session_name, const spi::Wait& wait) override {
        return guarded("probe", "", [&] { return inner().probe(session_name, wait); });
    }

    Fault fault_;
    std::function<void()> cut_;
    std::size_t calls_ = 0;
    std::string place_;
    bool killed_ = false;
};

}  // namespace aether::migrate::crash

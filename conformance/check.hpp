// SPDX-License-Identifier: MIT
// What a check is, how it ends early, and the lists of all of them.
#pragma once

#include <exception>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <aether/migrate/conformance.hpp>

namespace aether::migrate::conformance {

class Trial;

/// One check. It passes by returning, and ends early by throwing an Ending or anything else, which fails.
struct Check {
    std::string_view name;
    void (*run)(Trial& trial);
};

/// How a check ended before its last line.
class Ending final : public std::exception {
public:
    Ending(Outcome outcome, std::string why) : outcome_(outcome), why_(std::move(why)) {}

    const char* what() const noexcept override { return why_.c_str(); }
    Outcome outcome() const noexcept { return outcome_; }

private:
    Outcome outcome_;
    std::string why_;
};

/// Ends the check as failed.
[[noreturn]] void fail(const std::string& why);

/// Ends the check as not applicable; names the claim that the driver does not make.
[[noreturn]] void not_claimed(const std::string& claim);

/// Fails unless it is true.
void require(bool is_true, const std::string& what);

/// Fails unless both are the same; `what` names the thing.
void require_same(std::string_view seen, std::string_view expected, std::string_view what);
void require_same(std::uint64_t seen, std::uint64_t expected, std::string_view what);

std::span<const Check> session_checks();
std::span<const Check> value_checks();
std::span<const Check> name_checks();
std::span<const Check> script_checks();
std::span<const Check> transaction_checks();
std::span<const Check> lock_checks();
std::span<const Check> lock_proof_checks();
std::span<const Check> look_checks();
std::span<const Check> history_checks();
std::span<const Check> resume_checks();
std::span<const Check> stop_checks();
std::span<const Check> drop_checks();
std::span<const Check> lexical_checks();

/// Tries one of the author's statements on the server and compares with the dialect's claim.
void try_statement(Trial& trial, const StatementSample& sample);

/// Tries what the driver can tell of a bare statement's effect.
void try_effect(Trial& trial, const StatementSample& sample);

}  // namespace aether::migrate::conformance

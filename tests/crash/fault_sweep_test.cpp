// SPDX-License-Identifier: MIT
// A run that is cut off before or after any of its calls: recorded is applied, and the next run ends as if
// nothing was.
#include "fault_sweep.hpp"

#include <cstdio>

#include "../postgres/fixture.hpp"
#include "sweep_in_test.hpp"

namespace aether::migrate::crash {
namespace {

class FaultSweepTest : public postgres::PostgresTest {
protected:
    void leave_invalid_index() const {
        run_and_kill("CREATE INDEX CONCURRENTLY i2 ON t2 (a)",
                     "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t2");
    }
};

TEST_F(FaultSweepTest, every_operation_leaves_a_known_state) {
    const Ground ground(postgres_database(), url());
    sweep_in_test(ground, plain_scenarios(postgres_database().words));
}

TEST_F(FaultSweepTest, a_resumed_run_can_be_cut_off_too) {
    const Ground ground(postgres_database(), url());
    sweep_in_test(ground, resuming_scenarios(postgres_database().words, [this] { leave_invalid_index(); }));
}

// The engine sees one call; on the server it is a statement for each object.
TEST_F(FaultSweepTest, drop_removes_all_or_nothing_when_it_is_cut_off_between_two_objects) {
    const Ground ground(postgres_database(), url());
    Scenario scenario;
    scenario.name = "drop, object after object";
    scenario.folder = small_folder(postgres_database().words);
    scenario.before = {Target{UpTarget{}}};
    scenario.operation = Drop{};
    scenario.promise = Promise::all_or_nothing;
    FaultSweep sweep(ground, scenario, {});
    sweep.take_patterns();
    std::size_t points = 0;
    std::vector<std::string> violations;
    bool reached = true;
    while (reached && points < 100) {
        sweep.prepare();
        ground.run(
            "CREATE FUNCTION witness.fail() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF nextval('witness.drops') = " +
            std::to_string(points + 1) +
            " THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END $$");
        ground.run("CREATE EVENT TRIGGER fail ON sql_drop EXECUTE FUNCTION witness.fail()");

        const Account account = sweep.run_healthily(scenario.operation);

        ground.run("DROP EVENT TRIGGER fail");
        for (std::string& violation :
             sweep.judge_and_repeat(account, "object " + std::to_string(points + 1))) {
            violations.push_back(std::move(violation));
        }
        reached = account.told != Told::success;
        points += reached ? 1 : 0;
    }
    std::printf("%-36s %4zu faults\n", scenario.name.c_str(), points);
    EXPECT_GE(points, 5U);
    EXPECT_EQ(violations, std::vector<std::string>{});
}

}  // namespace
}  // namespace aether::migrate::crash

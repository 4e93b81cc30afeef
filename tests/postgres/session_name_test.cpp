// SPDX-License-Identifier: MIT
// The name of a session, and what others are told of it.
#include <optional>

#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using spi::SessionState;

class SessionName : public PostgresTest {
protected:
    SessionState probe(const std::string& name) const { return connection->probe(name, limit()); }
};

TEST_F(SessionName, is_the_number_and_the_start_of_the_process_that_answers) {
    const std::string name = connection->session_name(limit());

    const std::string pid = name.substr(0, name.find(' '));
    EXPECT_EQ(connection->query({"SELECT pg_backend_pid()", {}}, limit()).rows[0][0], pid);
    EXPECT_EQ(other->ask("SELECT (extract(epoch FROM backend_start) "
                         "* 1000000)::bigint FROM pg_stat_activity WHERE pid = " +
                         pid),
              name.substr(pid.size() + 1));
    EXPECT_EQ(connection->session_name(limit()), name);
}

TEST_F(SessionName, is_known_after_prepare_without_a_question) {
    const std::string name = connection->session_name(limit());
    connection->prepare({}, limit());
    run("BEGIN");
    run_refused("SELECT 1 / 0");  // from here on the server answers no question

    EXPECT_EQ(connection->session_name(limit()), name);
}

TEST_F(SessionName, is_found_as_long_as_the_session_lasts) {
    std::unique_ptr<spi::Connection> session = connect();
    const std::string name = session->session_name(limit());
    EXPECT_EQ(probe(name), SessionState::alive);

    session.reset();

    EXPECT_TRUE(becomes_true([&] { return probe(name) == SessionState::gone; }));
}

TEST_F(SessionName, of_a_number_that_is_used_again_is_gone) {
    const std::string name = connection->session_name(limit());

    EXPECT_EQ(probe(name.substr(0, name.find(' ')) + " 1700000000000000"), SessionState::gone);
}

TEST_F(SessionName, of_a_server_that_was_started_again_is_gone) {
    const std::string name = connection->session_name(limit());
    connection.reset();
    other.reset();

    restart_server();
    connection = connect();

    EXPECT_EQ(probe(name), SessionState::gone);
}

TEST_F(SessionName, of_another_role_is_unknown_to_an_ordinary_one) {
    other->run("CREATE ROLE " + role() + " LOGIN");
    const std::string name = connection->session_name(limit());
    std::unique_ptr<spi::Connection> stranger = connect(role());

    EXPECT_EQ(stranger->probe(name, limit()), SessionState::unknown);
    EXPECT_EQ(stranger->probe(stranger->session_name(limit()), limit()), SessionState::alive);
}

TEST_F(SessionName, that_is_none_is_unknown) {
    for (const char* const name : {"", "7", "x y", "7 ", "99999999999 1"})
        EXPECT_EQ(probe(name), SessionState::unknown) << name;
}

}  // namespace
}  // namespace aether::migrate::postgres

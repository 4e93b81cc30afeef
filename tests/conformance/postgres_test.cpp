// SPDX-License-Identifier: MIT
// The PostgreSQL driver keeps the contract.
#include "postgres_subject.hpp"
#include "suite.hpp"

int main(int argc, char** argv) {
    using namespace aether::migrate::conformance;

    testing::InitGoogleTest(&argc, argv);
    const Subject subject = postgres_subject();
    register_checks(subject);
    if (GTEST_FLAG_GET(list_tests))
        return RUN_ALL_TESTS();
    start_postgres();
    const int code = RUN_ALL_TESTS();
    remove_postgres();
    return code;
}

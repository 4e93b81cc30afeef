// SPDX-License-Identifier: MIT
// The PostgreSQL driver keeps the contract.
#include "postgres_subject.hpp"
#include "suite.hpp"

int main(int argc, char** argv) {
    namespace kit = aether::migrate::conformance;

    testing::InitGoogleTest(&argc, argv);
    const kit::Subject subject = kit::postgres_subject();
    kit::register_checks(subject);
    if (GTEST_FLAG_GET(list_tests))
        return RUN_ALL_TESTS();
    kit::start_postgres();
    const int code = RUN_ALL_TESTS();
    kit::remove_postgres();
    return code;
}

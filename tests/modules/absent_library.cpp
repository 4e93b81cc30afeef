// SPDX-License-Identifier: MIT
// A client library that is there when a module is built, and not when it is opened.
int answer_of_absent_library();

__attribute__((visibility("default"))) int answer_of_absent_library() {
    return 1;
}

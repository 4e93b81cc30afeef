// SPDX-License-Identifier: MIT
// A library must have some code.
int nothing();
int nothing() {
    return 0;
}

# SPDX-License-Identifier: MIT
# Short names for what is done most; `make help` lists them.

.PHONY: help build server demo test test-long bench format clean

help:                ## this list (the default)
	@sed -n 's/^\([a-z-]*\): *## */  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

build:               ## the program, in build/release/bin/migrate; installs what it needs
	tools/install_packages build
	tools/build release -DAETHER_MIGRATE_BUILD_TESTS=OFF

server:              ## Aether's server, in build/release/bin/aether-server
	tools/install_packages server
	tools/build release -DAETHER_MIGRATE_BUILD_TESTS=OFF -DAETHER_MIGRATE_BUILD_SERVER=ON

demo:                ## Aether's migrations on a private PostgreSQL, from nothing
	tools/install_packages demo
	tools/build release -DAETHER_MIGRATE_BUILD_TESTS=OFF
	tools/demo

test:                ## the gate: every level of tests (25 minutes at most on 2 cores)
	tools/install_packages test
	tools/gate

test-long:           ## the gate, all PostgreSQL majors, all sanitizers, clang and clang-tidy
	tools/install_packages long
	tools/gate long

bench:               ## our figures beside golang-migrate's and psql's
	tools/install_packages test
	tools/build release -DAETHER_MIGRATE_BUILD_TESTS=OFF
	bench/run

format:              ## lays out all C++
	tools/install_packages test
	tools/format

clean:               ## removes everything that was built
	rm -rf build

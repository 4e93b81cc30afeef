// SPDX-License-Identifier: MIT
// Private PostgreSQL servers behind scratch://NAME: made, started, stopped and removed here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/scratch.hpp>

namespace aether::migrate::postgres::scratch {

// The four functions are the `spi::ScratchServers` of this driver; <aether/migrate/scratch.hpp> is their
// contract.
//
// What a scratch server is:
//   - one PostgreSQL made by initdb from the programs on this machine: those of AETHER_POSTGRES_BIN, else the
//   newest
//     installed, else those in PATH (see scratch_programs.hpp). It keeps these programs for as long as it
//     lives;
//   - a Unix socket in a folder that only its owner can enter, no TCP, no password: superuser `postgres`;
//   - one database named as the server, UTF8, locale C.UTF-8 (C where the machine has no C.UTF-8);
//   - kept below AETHER_SCRATCH_DIR, else the user's state folder (see scratch_place.hpp). As root it belongs
//   to an
//     unprivileged user, because PostgreSQL refuses root (see scratch_user.hpp).
//
// How durable it is: as any PostgreSQL, with fsync and synchronous_commit on. Only its making is not flushed
// to disk: a machine that loses power within a minute after that may leave a server that does not start; drop
// it.
//
// The calling process keeps its signal handlers, its environment, its user and its children: whatever has to
// be done under another user happens in child processes, and none of these is left behind as a child.

using migrate::scratch::Cluster;

std::vector<Cluster> list();
std::string url(std::string_view name);
bool stop(std::string_view name);
void drop(std::string_view name);

}  // namespace aether::migrate::postgres::scratch

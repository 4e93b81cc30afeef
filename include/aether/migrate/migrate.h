/* SPDX-License-Identifier: MIT */
/* The library for C, and through it for other languages: C99, compiles as C++ too. */
#ifndef AETHER_MIGRATE_MIGRATE_H
#define AETHER_MIGRATE_MIGRATE_H

/* NOLINTBEGIN(modernize-use-using,readability-identifier-naming)): it is C */

#include <stddef.h>
#include <stdint.h>

#if defined(AETHER_MIGRATE_STATIC)
#define AETHER_MIGRATE_C
#else
#define AETHER_MIGRATE_C __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Handles are opaque. What a function with _new, or with a pointer to a handle as its last but one argument,
 * hands out belongs to the caller, who gives it back to the function with _free. Giving back NULL does
 * nothing.
 *
 * Functions that can fail return a code, 0 for success, and then leave their results alone. Their last
 * argument may be NULL; else it receives what is known of the failure, to be given back by
 * aether_migrate_error_free, or NULL when there is no memory for it.
 *
 * Texts are UTF-8 and end in a zero. Those that a function returns belong to the handle it was asked of, and
 * live as long; there is always one, if empty. None of them holds a secret. A handle that is an argument must
 * not be NULL.
 *
 * Threads: a handle is used by one thread at a time, but for aether_migrate_stop; several handles may be used
 * by several threads at once.
 */

typedef struct aether_migrate aether_migrate;
typedef struct aether_migrate_options aether_migrate_options;
typedef struct aether_migrate_stop aether_migrate_stop;
typedef struct aether_migrate_report aether_migrate_report;
typedef struct aether_migrate_status aether_migrate_status;
typedef struct aether_migrate_step aether_migrate_step;
typedef struct aether_migrate_error aether_migrate_error;

/* Why something failed: the codes of <aether/migrate/error.hpp>. A number keeps its meaning for ever; there
   may be new ones. */
enum aether_migrate_code {
    AETHER_MIGRATE_OK = 0,
    AETHER_MIGRATE_INTERNAL = 1,            /* a defect of this library */
    AETHER_MIGRATE_OUT_OF_MEMORY = 2,       /* in this interface alone */
    AETHER_MIGRATE_INVALID_ARGUMENT = 3,    /* an argument or option is out of its range */
    AETHER_MIGRATE_INVALID_URL = 4,         /* a URL does not parse, or has a bad parameter */
    AETHER_MIGRATE_UNKNOWN_SCHEME = 5,      /* no source or driver has this scheme */
    AETHER_MIGRATE_DRIVER_UNUSABLE = 6,     /* the module of a driver is missing or can't be used */
    AETHER_MIGRATE_SOURCE_UNUSABLE = 7,     /* the migrations are missing or can't be used */
    AETHER_MIGRATE_NO_SUCH_MIGRATION = 8,   /* a version has no file */
    AETHER_MIGRATE_CONNECTION_FAILED = 9,   /* no session */
    AETHER_MIGRATE_LOCK_TIMEOUT = 10,       /* another process held the migration lock */
    AETHER_MIGRATE_DIRTY = 11,              /* the version is dirty: a person must look */
    AETHER_MIGRATE_MIGRATION_FAILED = 12,   /* the database refused a statement of a file */
    AETHER_MIGRATE_MIGRATION_REFUSED = 13,  /* a file can't be run; nothing was changed */
    AETHER_MIGRATE_BOOKKEEPING_FAILED = 14, /* reading or writing the version or the history failed */
    AETHER_MIGRATE_OUTCOME_UNKNOWN = 15,    /* the session was lost while a commit was under way */
    AETHER_MIGRATE_CANCELLED = 16,          /* the caller asked to stop */
    AETHER_MIGRATE_UNSUPPORTED = 17,        /* the driver or the server can't do this */
    AETHER_MIGRATE_SCHEMA_OUTDATED = 18,    /* migrations are missing, and this process may not run them */
    AETHER_MIGRATE_PLAN_OUTDATED = 19       /* a plan no longer fits; only in C++ */
};

/* Returns the name of a code, as "lock_timeout"; "unknown" for a number that is none. Lives for ever. */
AETHER_MIGRATE_C const char* aether_migrate_code_name(int code);

/* Returns the version of the library, as "0.1.0". Lives for ever. */
AETHER_MIGRATE_C const char* aether_migrate_library_version(void);

/* ---- Errors ---- */

/* Returns everything that is known, for people, in several lines. */
AETHER_MIGRATE_C const char* aether_migrate_error_text(const aether_migrate_error* error);
/* Returns the code that the function returned. */
AETHER_MIGRATE_C int aether_migrate_error_code(const aether_migrate_error* error);
/* Return its parts. Line and column count from 1, columns in characters; 0 means unknown. */
AETHER_MIGRATE_C const char* aether_migrate_error_message(const aether_migrate_error* error);
AETHER_MIGRATE_C const char* aether_migrate_error_file(const aether_migrate_error* error);
AETHER_MIGRATE_C size_t aether_migrate_error_line(const aether_migrate_error* error);
AETHER_MIGRATE_C size_t aether_migrate_error_column(const aether_migrate_error* error);
AETHER_MIGRATE_C const char* aether_migrate_error_excerpt(const aether_migrate_error* error);
AETHER_MIGRATE_C const char* aether_migrate_error_sqlstate(const aether_migrate_error* error);
AETHER_MIGRATE_C const char* aether_migrate_error_detail(const aether_migrate_error* error);
AETHER_MIGRATE_C const char* aether_migrate_error_hint(const aether_migrate_error* error);
AETHER_MIGRATE_C const char* aether_migrate_error_state(
    const aether_migrate_error* error); /* what is true now */
AETHER_MIGRATE_C const char* aether_migrate_error_next(
    const aether_migrate_error* error); /* what to do next */
AETHER_MIGRATE_C void aether_migrate_error_free(aether_migrate_error* error);

/* ---- Stopping a run from another thread ---- */

/* When a run is to end. A later one is also the ones before it. */
enum aether_migrate_when {
    AETHER_MIGRATE_FINISH = 0,    /* after the migration that runs now */
    AETHER_MIGRATE_ROLL_BACK = 1, /* at once where that leaves no trace; otherwise as FINISH */
    AETHER_MIGRATE_ABORT = 2      /* at once, even if that leaves the database dirty */
};

/* Returns NULL when there is no memory. */
AETHER_MIGRATE_C aether_migrate_stop* aether_migrate_stop_new(void);
/* Ends what runs with this stop, now and later. Threads: any; not from a signal handler. Other numbers for
   `when` do nothing. */
AETHER_MIGRATE_C void aether_migrate_stop_request(aether_migrate_stop* stop, int when);
/* What was opened with it may still be open. */
AETHER_MIGRATE_C void aether_migrate_stop_free(aether_migrate_stop* stop);

/* ---- What to open, and who listens ---- */

/* Returns NULL when there is no memory. */
AETHER_MIGRATE_C aether_migrate_options* aether_migrate_options_new(void);
/* Each keeps a copy and returns OK, INVALID_ARGUMENT for NULL or a number out of range, or OUT_OF_MEMORY. */
AETHER_MIGRATE_C int aether_migrate_options_set_source(aether_migrate_options* options, const char* url);
AETHER_MIGRATE_C int aether_migrate_options_set_path(aether_migrate_options* options, const char* directory);
AETHER_MIGRATE_C int aether_migrate_options_set_database(aether_migrate_options* options, const char* url);
/* How long to wait for others that migrate the same database, 0 to a year; not set: 30 minutes. */
AETHER_MIGRATE_C int aether_migrate_options_set_lock_timeout(aether_migrate_options* options,
                                                             int64_t seconds);
AETHER_MIGRATE_C int aether_migrate_options_set_stop(aether_migrate_options* options,
                                                     const aether_migrate_stop* stop);
AETHER_MIGRATE_C void aether_migrate_options_free(aether_migrate_options* options);

/* What a message is about. More may come: show what you do not know. */
enum aether_migrate_message {
    AETHER_MIGRATE_WAITING = 0, /* another process migrates; at the first wait and then every few seconds */
    AETHER_MIGRATE_BLOCKED = 1, /* a statement waits for other sessions, which are named */
    AETHER_MIGRATE_RETRY = 2,   /* a step was in the way of others, is undone, and will be tried again */
    AETHER_MIGRATE_NOTICE = 3,  /* the server said something */
    AETHER_MIGRATE_WARNING = 4  /* something that a person should know and that stops nothing */
};

/* Callbacks run on the thread that called the operation, and get the pointer that they were set with. They
   must not throw, leave by longjmp, or use the handle of the operation; aether_migrate_stop_request is
   allowed. What they are given lives until they return. */
typedef void (*aether_migrate_on_step)(void* user, const aether_migrate_step* step);
typedef void (*aether_migrate_on_message)(void* user, int message, const char* line);

/* A step is about to run; its durations are not known yet. NULL: nobody listens, as before. */
AETHER_MIGRATE_C void aether_migrate_options_on_step_started(aether_migrate_options* options,
                                                             aether_migrate_on_step callback, void* user);
/* A step is durable. */
AETHER_MIGRATE_C void aether_migrate_options_on_step_finished(aether_migrate_options* options,
                                                              aether_migrate_on_step callback, void* user);
AETHER_MIGRATE_C void aether_migrate_options_on_message(aether_migrate_options* options,
                                                        aether_migrate_on_message callback, void* user);

/* ---- A source and a database ---- */

/* Lists the source, then connects; writes nothing. `options` may be given back or used again afterwards. */
AETHER_MIGRATE_C int aether_migrate_open(const aether_migrate_options* options, aether_migrate** migrator,
                                         aether_migrate_error** error);
AETHER_MIGRATE_C void aether_migrate_free(aether_migrate* migrator);

/* Stores what the version row says: -1 for no version, and 1 for dirty. Never locks. */
AETHER_MIGRATE_C int aether_migrate_version(aether_migrate* migrator, int64_t* version, int* dirty,
                                            aether_migrate_error** error);

/* How the version of a database stands to the files of the source. */
enum aether_migrate_standing {
    AETHER_MIGRATE_UP_TO_DATE = 0,
    AETHER_MIGRATE_BEHIND = 1, /* files above the current version wait */
    AETHER_MIGRATE_AHEAD = 2,  /* a newer build has migrated */
    AETHER_MIGRATE_STRAYED = 3 /* the version has no file, though there are newer ones */
};

/* Looks how the database stands to the files. Never locks, never writes. */
AETHER_MIGRATE_C int aether_migrate_look(aether_migrate* migrator, aether_migrate_status** status,
                                         aether_migrate_error** error);
AETHER_MIGRATE_C int aether_migrate_status_standing(const aether_migrate_status* status);
/* The current version and the newest of the files, -1 for none, and 1 for dirty. */
AETHER_MIGRATE_C int64_t aether_migrate_status_version(const aether_migrate_status* status);
AETHER_MIGRATE_C int64_t aether_migrate_status_newest(const aether_migrate_status* status);
AETHER_MIGRATE_C int aether_migrate_status_dirty(const aether_migrate_status* status);
/* The migrations that wait, in their order. Past the last: -1 and empty texts. */
AETHER_MIGRATE_C size_t aether_migrate_status_pending(const aether_migrate_status* status);
AETHER_MIGRATE_C int64_t aether_migrate_pending_version(const aether_migrate_status* status, size_t index);
AETHER_MIGRATE_C const char* aether_migrate_pending_title(const aether_migrate_status* status, size_t index);
AETHER_MIGRATE_C const char* aether_migrate_pending_file(const aether_migrate_status* status, size_t index);
AETHER_MIGRATE_C void aether_migrate_status_free(aether_migrate_status* status);

/* Apply or revert `limit` migrations, all for -1, or go to a version. `report` may be NULL. A stop that comes
   between two migrations, or undoes the one that runs, is a success, and the report says so. */
AETHER_MIGRATE_C int aether_migrate_up(aether_migrate* migrator, int64_t limit,
                                       aether_migrate_report** report, aether_migrate_error** error);
AETHER_MIGRATE_C int aether_migrate_down(aether_migrate* migrator, int64_t limit,
                                         aether_migrate_report** report, aether_migrate_error** error);
AETHER_MIGRATE_C int aether_migrate_go_to(aether_migrate* migrator, int64_t version,
                                          aether_migrate_report** report, aether_migrate_error** error);

/* Writes a version, clean, without running anything; -1: no migration applied. */
AETHER_MIGRATE_C int aether_migrate_force(aether_migrate* migrator, int64_t version,
                                          aether_migrate_error** error);

/* Removes everything of the current schema, this library's own tables included, as Migrator::drop(). */
AETHER_MIGRATE_C int aether_migrate_drop(aether_migrate* migrator, aether_migrate_error** error);

/* ---- What a server calls at its start ---- */

/* What is done when a newer build has migrated the database. */
enum aether_migrate_when_ahead {
    AETHER_MIGRATE_SERVE = 0, /* succeeds, in silence */
    AETHER_MIGRATE_WARN = 1,  /* succeeds, after a warning */
    AETHER_MIGRATE_REFUSE = 2 /* fails with NO_SUCH_MIGRATION */
};

/* Whether this process runs migrations. */
enum aether_migrate_who {
    AETHER_MIGRATE_MIGRATE = 0,     /* it does; others that start at once wait for it */
    AETHER_MIGRATE_VERIFY_ONLY = 1, /* another one did; what is missing is an error */
    AETHER_MIGRATE_WAIT = 2         /* another one does; waits for that, `wait_seconds` at the most */
};

/* Opens, leads the database to the newest migration or makes sure that it is there, and closes. On an
   up-to-date database one query, no lock, no write. As aether::migrate::start_up() of
   <aether/migrate/startup.hpp>, which says the rest. `report` may be NULL. */
AETHER_MIGRATE_C int aether_migrate_start_up(const aether_migrate_options* options, int when_ahead, int who,
                                             int64_t wait_seconds, aether_migrate_report** report,
                                             aether_migrate_error** error);

/* ---- What a run did ---- */

enum aether_migrate_end {
    AETHER_MIGRATE_DONE = 0,     /* the target is reached */
    AETHER_MIGRATE_SHORT_OF = 1, /* fewer migrations exist than were asked for */
    AETHER_MIGRATE_STOPPED = 2   /* the caller asked to stop; what is reported is done */
};

AETHER_MIGRATE_C int aether_migrate_report_end(const aether_migrate_report* report);
/* The version afterwards; -1 for none, and 1 for dirty. */
AETHER_MIGRATE_C int64_t aether_migrate_report_version(const aether_migrate_report* report);
AETHER_MIGRATE_C int aether_migrate_report_dirty(const aether_migrate_report* report);
/* How many migrations a run was short of, and how many a stop left. */
AETHER_MIGRATE_C uint64_t aether_migrate_report_short_by(const aether_migrate_report* report);
AETHER_MIGRATE_C uint64_t aether_migrate_report_left(const aether_migrate_report* report);
/* The steps in their order, each durable. Returns NULL past the last; a step lives as long as its report. */
AETHER_MIGRATE_C size_t aether_migrate_report_steps(const aether_migrate_report* report);
AETHER_MIGRATE_C const aether_migrate_step* aether_migrate_report_step(const aether_migrate_report* report,
                                                                       size_t index);
AETHER_MIGRATE_C void aether_migrate_report_free(aether_migrate_report* report);

enum aether_migrate_mode {
    AETHER_MIGRATE_TRANSACTION = 0, /* file, version and history in one transaction */
    AETHER_MIGRATE_BARE = 1,        /* the file by itself */
    AETHER_MIGRATE_VERSION_ONLY = 2 /* no file for this direction: only the version moved */
};

AETHER_MIGRATE_C int64_t aether_migrate_step_version(const aether_migrate_step* step);
AETHER_MIGRATE_C int aether_migrate_step_is_down(const aether_migrate_step* step);
AETHER_MIGRATE_C int64_t aether_migrate_step_leads_to(const aether_migrate_step* step); /* -1: no version */
AETHER_MIGRATE_C const char* aether_migrate_step_title(const aether_migrate_step* step);
AETHER_MIGRATE_C const char* aether_migrate_step_file(const aether_migrate_step* step);
AETHER_MIGRATE_C int aether_migrate_step_mode(const aether_migrate_step* step);
AETHER_MIGRATE_C size_t aether_migrate_step_statements(const aether_migrate_step* step);
AETHER_MIGRATE_C int64_t aether_migrate_step_nanoseconds(const aether_migrate_step* step); /* read and run */

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-use-using,readability-identifier-naming) */

#endif

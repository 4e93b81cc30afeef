/* SPDX-License-Identifier: MIT */
/* A program in C that brings its database up to date when it starts. */
#include <stdio.h>
#include <stdlib.h>

#include <aether/migrate/migrate.h>

static void step_finished(void* user, const aether_migrate_step* step) {
    (void)user;
    printf("%lld %s\n", (long long)aether_migrate_step_version(step), aether_migrate_step_title(step));
}

static void message(void* user, int kind, const char* line) {
    (void)user;
    (void)kind;
    fprintf(stderr, "%s\n", line);
}

static int migrate(const aether_migrate_options* options) {
    aether_migrate* migrator = NULL;
    aether_migrate_report* report = NULL;
    aether_migrate_error* error = NULL;
    int code = aether_migrate_open(options, &migrator, &error);
    if (code == AETHER_MIGRATE_OK)
        code = aether_migrate_up(migrator, -1, &report, &error);
    if (code == AETHER_MIGRATE_OK)
        printf("version %lld\n", (long long)aether_migrate_report_version(report));
    else
        fprintf(stderr, "%s: %s\n", aether_migrate_code_name(code),
                error ? aether_migrate_error_text(error) : "");
    aether_migrate_error_free(error);
    aether_migrate_report_free(report);
    aether_migrate_free(migrator);
    return code == AETHER_MIGRATE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(void) {
    const char* url = getenv("DATABASE_URL");
    const char* path = getenv("MIGRATIONS_PATH");
    aether_migrate_options* options = aether_migrate_options_new();
    int status = EXIT_FAILURE;
    if (options == NULL ||
        aether_migrate_options_set_path(options, path ? path : "migrations") != AETHER_MIGRATE_OK ||
        aether_migrate_options_set_database(options, url ? url : "sqlite://shop.db") != AETHER_MIGRATE_OK) {
        fprintf(stderr, "out of memory\n");
    } else {
        aether_migrate_options_on_step_finished(options, step_finished, NULL);
        aether_migrate_options_on_message(options, message, NULL);
        status = migrate(options);
    }
    aether_migrate_options_free(options);
    return status;
}

// SPDX-License-Identifier: MIT
// A program that uses golang-migrate as a library on a connection of its own, so that its lock id has the bare database name.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database/postgres"
	_ "github.com/golang-migrate/migrate/v4/source/file"
	_ "github.com/lib/pq"
)

func run(databaseURL, directory, direction string) error {
	database, err := sql.Open("postgres", databaseURL)
	if err != nil {
		return err
	}
	driver, err := postgres.WithInstance(database, &postgres.Config{})
	if err != nil {
		return err
	}
	migrator, err := migrate.NewWithDatabaseInstance("file://"+directory, "postgres", driver)
	if err != nil {
		return err
	}
	switch direction {
	case "up":
		err = migrator.Up()
	case "down":
		err = migrator.Down()
	default:
		err = fmt.Errorf("unknown direction %q", direction)
	}
	if errors.Is(err, migrate.ErrNoChange) {
		return nil
	}
	return err
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: golibrary DATABASE_URL DIRECTORY up|down")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

# SPDX-License-Identifier: MIT
# What fish completes for migrate; made by packaging/from_help, do not edit.

function __migrate_command --description 'Prints the command of the line, if there is one'
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --erase words[1]
    while set --query words[1]
        switch $words[1]
            case -path --path -source --source -database --database -lock-timeout --lock-timeout -table-lock-timeout --table-lock-timeout -retry-for --retry-for -statement-timeout --statement-timeout -idle-timeout --idle-timeout -client-check-interval --client-check-interval -prefetch --prefetch
                set --erase words[1]
            case '-*'
            case '*'
                echo $words[1]
                return 0
        end
        set --erase words[1]
    end
    return 1
end

function __migrate_is --argument-names name
    contains -- $name (__migrate_command)
end

complete --command migrate --no-files
complete --command migrate --condition 'not __migrate_command' --old-option path --require-parameter --arguments '(__fish_complete_directories)' --description 'Read the migration files in directory DIR'
complete --command migrate --condition 'not __migrate_command' --old-option source --require-parameter --description 'Read them at scheme://place; counts before -path'
complete --command migrate --condition 'not __migrate_command' --old-option database --require-parameter --description 'Work on the database at scheme://place'
complete --command migrate --condition 'not __migrate_command' --old-option lock-timeout --require-parameter --description 'Wait N seconds at most for the lock that another migration holds (default 1800, not golang-migrate\'s default 15)'
complete --command migrate --condition 'not __migrate_command' --old-option table-lock-timeout --require-parameter --description 'Wait for the lock on a table for D at most in one try, as traffic queues behind it (default 300ms in the first try, up to 5s in later ones; 0: no limit)'
complete --command migrate --condition 'not __migrate_command' --old-option retry-for --require-parameter --description 'Try a migration again for D while others are in its way (default 10m; 0: one try)'
complete --command migrate --condition 'not __migrate_command' --old-option statement-timeout --require-parameter --description 'Let a file run for D at most (default 0: no limit)'
complete --command migrate --condition 'not __migrate_command' --old-option idle-timeout --require-parameter --description 'Let the server end this program\'s session when it is silent for D in a transaction (default 1m; 0: never)'
complete --command migrate --condition 'not __migrate_command' --old-option client-check-interval --require-parameter --description 'Let the server look every D whether this program is still there (default 1s; 0: never)'
complete --command migrate --condition 'not __migrate_command' --old-option prefetch --require-parameter --description 'Has no effect, files are read when they are needed; here for golang-migrate\'s users (default 10)'
complete --command migrate --condition 'not __migrate_command' --old-option verbose --description 'Say more, each line with its time'
complete --command migrate --condition 'not __migrate_command' --old-option version --description 'Print the version of this program'
complete --command migrate --condition 'not __migrate_command' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments create --description 'Make the two empty files of a new migration called NAME, VERSION_NAME.up.E and VERSION_NAME.down.E, in directory D'
complete --command migrate --condition '__migrate_is create' --old-option digits --require-parameter --description 'Width of a number made by -seq (default 6)'
complete --command migrate --condition '__migrate_is create' --old-option dir --require-parameter --arguments '(__fish_complete_directories)' --description 'Directory for the files, made when missing; the working directory if not given'
complete --command migrate --condition '__migrate_is create' --old-option ext --require-parameter --description 'Extension of both files, as sql; must be given'
complete --command migrate --condition '__migrate_is create' --old-option format --require-parameter --description 'How the time becomes a version: a layout of Go\'s time package, unix (seconds) or unixNano; a layout that gives anything but digits makes files that no command reads (default "20060102150405")'
complete --command migrate --condition '__migrate_is create' --old-option help --description 'Print this text'
complete --command migrate --condition '__migrate_is create' --old-option seq --description 'Number the files one by one instead of by the time'
complete --command migrate --condition '__migrate_is create' --old-option tz --require-parameter --description 'Zone of that time: a name as Europe/Berlin, UTC or Local (default "UTC")'
complete --command migrate --condition 'not __migrate_command' --arguments goto --description 'Go up or down until V is the current version'
complete --command migrate --condition '__migrate_is goto' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments up --description 'Apply the next N migrations, or all that are left'
complete --command migrate --condition '__migrate_is up' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments down --description 'Undo the last N migrations, or all of them after a question'
complete --command migrate --condition '__migrate_is down' --old-option all --description 'Undo everything without the question'
complete --command migrate --condition '__migrate_is down' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments drop --description 'Remove everything from the database\'s current schema after a question'
complete --command migrate --condition '__migrate_is drop' --old-option f --description 'Drop without the question'
complete --command migrate --condition '__migrate_is drop' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments force --description 'Record V as the current version, clean, and run nothing'
complete --command migrate --condition '__migrate_is force' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments repair --description 'After a migration was cut off: find out what is applied of it and do what is certain, without running its file'
complete --command migrate --condition '__migrate_is repair' --old-option applied --description 'You looked: the statement that was cut off is applied'
complete --command migrate --condition '__migrate_is repair' --old-option explain --description 'Only tell what is known and what would be done'
complete --command migrate --condition '__migrate_is repair' --old-option help --description 'Print this text'
complete --command migrate --condition '__migrate_is repair' --old-option not-applied --description 'You looked: nothing of that statement is there'
complete --command migrate --condition 'not __migrate_command' --arguments version --description 'Print the current version'
complete --command migrate --condition '__migrate_is version' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments drivers --description 'List the databases that can be opened: name, where the driver is, its client library, the URL schemes, its file'
complete --command migrate --condition '__migrate_is drivers' --old-option help --description 'Print this text'
complete --command migrate --condition 'not __migrate_command' --arguments scratch --description 'Private PostgreSQL servers of this user, for trying out: list them, make or start one and print its URL, stop one, delete one with its data'
complete --command migrate --condition '__migrate_is scratch' --old-option help --description 'Print this text'
complete --command migrate --condition '__migrate_is scratch' --arguments list --description 'Private PostgreSQL servers of this user, for trying out: list them, make or start one and print its URL, stop one, delete one with its data'
complete --command migrate --condition '__migrate_is scratch' --arguments url --description 'Private PostgreSQL servers of this user, for trying out: list them, make or start one and print its URL, stop one, delete one with its data'
complete --command migrate --condition '__migrate_is scratch' --arguments stop --description 'Private PostgreSQL servers of this user, for trying out: list them, make or start one and print its URL, stop one, delete one with its data'
complete --command migrate --condition '__migrate_is scratch' --arguments drop --description 'Private PostgreSQL servers of this user, for trying out: list them, make or start one and print its URL, stop one, delete one with its data'

# SPDX-License-Identifier: MIT
# Gives the Makefile's recipes their settings: the environment, then .env, then the defaults.
#
# Sourced by sh in goway. A line of .env is NAME=VALUE; the value is taken as it stands, so & ? $ need no
# quotes; quotes around it are taken off, and without quotes a # after a blank starts a comment. Nothing is
# printed but faults, and of those only the name and the place: a value may be a secret.

load_env_file() {
    carriage_return=$(printf '\r')
    tab=$(printf '\t')
    number=0
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1))
        line=${line%"$carriage_return"}
        while :; do
            case $line in
                ' '* | "$tab"*) line=${line#?} ;;
                *) break ;;
            esac
        done
        case $line in
            '' | '#'*) continue ;;
            'export '*) line=${line#export } ;;
        esac
        name=${line%%=*}
        case $line in
            *=*) ;;
            *) name= ;;
        esac
        case $name in
            '' | [0-9]* | *[!A-Za-z0-9_]*)
                echo "error: $1:$number: not NAME=VALUE" >&2
                exit 1
                ;;
        esac
        value=${line#*=}
        case $value in
            '"'*'"') value=${value#?} value=${value%?} ;;
            "'"*"'") value=${value#?} value=${value%?} ;;
            *)
                value=${value%%" #"*}
                while :; do
                    case $value in
                        *' ' | *"$tab") value=${value%?} ;;
                        *) break ;;
                    esac
                done
                ;;
        esac
        # The name is checked above, so eval sees a plain identifier.
        if eval "[ -z \"\${$name+set}\" ]"; then
            export "$name=$value"
        fi
    done < "$1"
}

if [ -f .env ]; then
    load_env_file .env
fi
export MIGRATIONS_PATH="${MIGRATIONS_PATH:-migrations}"

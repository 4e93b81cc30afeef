# SPDX-License-Identifier: MIT
# What bash completes for migrate; made by packaging/from_help, do not edit.

_migrate() {
    local words command= word before index
    # Bash itself cuts words at colons, as in URLs.
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} != *[[:blank:]] ]] || words+=("")
    word=${words[-1]} before=${words[-2]}
    for ((index = 1; index < ${#words[@]} - 1; ++index)); do
        case ${words[index]} in
            -path | --path | -source | --source | -database | --database | -lock-timeout | --lock-timeout | -table-lock-timeout | --table-lock-timeout | -retry-for | --retry-for | -statement-timeout | --statement-timeout | -idle-timeout | --idle-timeout | -client-check-interval | --client-check-interval | -prefetch | --prefetch) ((++index)) ;;
            -*) ;;
            *) command=${words[index]}; break ;;
        esac
    done
    COMPREPLY=()
    case $before in
        -path | --path | -dir | --dir)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return ;;
        -source | --source | -database | --database | -lock-timeout | --lock-timeout | -table-lock-timeout | --table-lock-timeout | -retry-for | --retry-for | -statement-timeout | --statement-timeout | -idle-timeout | --idle-timeout | -client-check-interval | --client-check-interval | -prefetch | --prefetch | -digits | --digits | -ext | --ext | -format | --format | -tz | --tz) return ;;
    esac
    local choices
    case $command in
        "") choices="-path -source -database -lock-timeout -table-lock-timeout -retry-for -statement-timeout -idle-timeout -client-check-interval -prefetch -verbose -version -help create goto up down drop force repair version drivers scratch" ;;
        create) choices="-digits -dir -ext -format -help -seq -tz" ;;
        goto) choices="-help" ;;
        up) choices="-help" ;;
        down) choices="-all -help" ;;
        drop) choices="-f -help" ;;
        force) choices="-help" ;;
        repair) choices="-applied -explain -help -not-applied" ;;
        version) choices="-help" ;;
        drivers) choices="-help" ;;
        scratch) choices="-help list url stop drop" ;;
        *) return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}
complete -F _migrate migrate

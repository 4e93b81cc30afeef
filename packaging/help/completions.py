# SPDX-License-Identifier: MIT
"""The completions of three shells: the logic is here, the words come from the program's help."""

_HEAD = """# SPDX-License-Identifier: MIT
# What {shell} completes for migrate; made by packaging/from_help, do not edit.
"""

_BASH = """
_migrate() {{
    local words command= word before index
    # Bash itself cuts words at colons, as in URLs.
    read -ra words <<<"${{COMP_LINE:0:COMP_POINT}}"
    [[ ${{COMP_LINE:0:COMP_POINT}} != *[[:blank:]] ]] || words+=("")
    word=${{words[-1]}} before=${{words[-2]}}
    for ((index = 1; index < ${{#words[@]}} - 1; ++index)); do
        case ${{words[index]}} in
            {valued}) ((++index)) ;;
            -*) ;;
            *) command=${{words[index]}}; break ;;
        esac
    done
    COMPREPLY=()
    case $before in
        {folders})
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return ;;
        {others}) return ;;
    esac
    local choices
    case $command in
        "") choices="{top}" ;;
{commands}
        *) return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}}
complete -F _migrate migrate
"""

_ZSH = """
local -a commands
commands=(
{commands}
)

_migrate_command() {{
    case $words[1] in
{cases}
    esac
}}

local context state line
_arguments -C \\
{options}
    '1:command:->command' \\
    '*::argument:_migrate_command'
[[ $state != command ]] || _describe command commands
"""

_FISH = """
function __migrate_command --description 'Prints the command of the line, if there is one'
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --erase words[1]
    while set --query words[1]
        switch $words[1]
            case {valued}
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
"""


def _valued(program):
    flags = [flag for flag in program.flags if flag.value]
    return flags, [flag for command in program.commands for flag in command.flags if flag.value]


def bash(program):
    top, own = _valued(program)
    folders = [flag for flag in top + own if flag.takes_folder()]
    others = [flag for flag in top + own if not flag.takes_folder()]
    cases = [f'        {command.name}) choices="'
             + " ".join([f"-{flag.name}" for flag in command.flags] + command.words()) + '" ;;'
             for command in program.commands]
    names = [f"-{flag.name}" for flag in program.flags] + [command.name for command in program.commands]
    return _HEAD.format(shell="bash") + _BASH.format(
        valued=" | ".join(f"-{flag.name} | --{flag.name}" for flag in top),
        folders=" | ".join(f"-{flag.name} | --{flag.name}" for flag in folders),
        others=" | ".join(f"-{flag.name} | --{flag.name}" for flag in others),
        top=" ".join(names), commands="\n".join(cases))


def _zsh_quoted(text):
    for letter in "\\[]:":
        text = text.replace(letter, "\\" + letter)
    return text.replace("'", "'\\''")


def _zsh_flag(flag):
    action = ":folder:_directories" if flag.takes_folder() else f":{flag.value}:" if flag.value else ""
    return f"'-{flag.name}[{_zsh_quoted(flag.text)}]{action}'"


def zsh(program):
    cases = []
    for command in program.commands:
        words = [f"'1:word:({' '.join(command.words())})'"] if command.words() else []
        rows = " \\\n                ".join([_zsh_flag(flag) for flag in command.flags] + words)
        cases.append(f"        {command.name})\n            _arguments \\\n                {rows} ;;")
    return "#compdef migrate\n" + _HEAD.format(shell="zsh") + _ZSH.format(
        commands="\n".join(f"    '{command.name}:{_zsh_quoted(command.summary())}'" for command in program.commands),
        cases="\n".join(cases),
        options="\n".join(f"    {_zsh_flag(flag)} \\" for flag in program.flags))


def _fish_line(condition, rest, text):
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"complete --command migrate --condition '{condition}' {rest} --description '{quoted}'\n"


def _fish_flag(flag):
    value = " --require-parameter" if flag.value else ""
    folders = " --arguments '(__fish_complete_directories)'" if flag.takes_folder() else ""
    return f"--old-option {flag.name}{value}{folders}"


def fish(program):
    top, _ = _valued(program)
    text = _HEAD.format(shell="fish") + _FISH.format(
        valued=" ".join(f"-{flag.name} --{flag.name}" for flag in top))
    for flag in program.flags:
        text += _fish_line("not __migrate_command", _fish_flag(flag), flag.text)
    for command in program.commands:
        text += _fish_line("not __migrate_command", f"--arguments {command.name}", command.summary())
        for flag in command.flags:
            text += _fish_line(f"__migrate_is {command.name}", _fish_flag(flag), flag.text)
        for word in command.words():
            text += _fish_line(f"__migrate_is {command.name}", f"--arguments {word}", command.summary())
    return text

# What the user sees: one line for each stage. The noise goes to build/log.

say() { printf 'gotong: %s\n' "$*" >&2; }

# Ends the script with one plain sentence.
fail() {
    say "$*"
    exit 1
}

# On a terminal, the command's last line, overwritten by the next; elsewhere nothing.
show_last_line() {
    if [ -t 2 ]; then
        local line width
        width=$(($(tput cols 2>/dev/null || echo 80) - 3))
        while IFS= read -r line; do printf '\r\033[K  %s' "${line:0:width}" >&2; done
        printf '\r\033[K' >&2
    else
        cat >/dev/null
    fi
}

# stage LOG "what is happening" COMMAND...
# Returns the command's status; its output is in build/log/LOG.log.
stage() {
    local log=build/log/$1.log began=$SECONDS
    mkdir -p build/log
    say "$2"
    "${@:3}" </dev/null 2>&1 | tee "$log" | show_last_line || return 1
    [ $((SECONDS - began)) -lt 5 ] || say "  done in $((SECONDS - began)) s"
}

# The end of a stage's log, for failures that a reader of source code can act on.
show_log() { tail -n "${2:-25}" "build/log/$1.log" >&2; }

# A test in bash: `it "sentence" COMMAND...` runs COMMAND in a subshell and counts its failures.
# Sourced in the checkout's top folder, with deploy/lib.
set -uo pipefail
. deploy/lib/setup.sh

failures=0
it() {
    local said
    if said=$("${@:2}" 2>&1); then
        echo "ok      $1"
    else
        echo "FAILED  $1"
        printf '%s\n' "$said" | sed 's/^/        /'
        failures=$((failures + 1))
    fi
}

# same EXPECTED ACTUAL
same() { [ "$1" = "$2" ] || { printf 'expected: %s\ngot:      %s\n' "$1" "$2" && return 1; }; }

# refuses PATTERN COMMAND...: COMMAND must fail and say one line that matches PATTERN.
refuses() {
    local said
    if said=$("${@:2}" 2>&1); then
        echo "did not fail: ${*:2}"
        return 1
    fi
    [ "$(printf '%s\n' "$said" | wc -l)" -eq 1 ] && [[ $said =~ $1 ]] || {
        echo "said: $said"
        return 1
    }
}

end_of_tests() { exit $((failures > 0)); }

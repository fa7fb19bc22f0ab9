# What deploy/test runs once everything is built.

# A suite's log without the lines about what went well: what failed, and why, comes last.
show_failures() {
    grep -vE '^ *Start +[0-9]+: | Passed +[0-9.]+ sec$' "build/log/$1.log" | tail -n 200 >&2
}

# run_tests PRESET [CTEST-OPTION...]
run_tests() {
    stage "test-$1" "testing build/$1" ctest --preset "$1" -j "$(nproc)" "${@:2}" || {
        show_failures "test-$1"
        fail "tests of build/$1 failed (build/log/test-$1.log)"
    }
    say "  $(grep 'tests passed' "build/log/test-$1.log")"
}

# One version of clang-format on every system, or the result differs with the machine.
format_differences() {
    git ls-files -z '*.h' '*.cc' | xargs -0 "$venv/bin/clang-format" --dry-run --Werror
}
check_format() {
    stage format "checking the format" format_differences || {
        show_log format
        fail "these files are not formatted; run $venv/bin/clang-format -i on them."
    }
}

check_scripts() {
    stage shellcheck "checking the scripts" \
        shellcheck --external-sources --check-sourced .ci/run deploy/demo deploy/join deploy/test || {
        show_log shellcheck
        fail "shellcheck has complaints (build/log/shellcheck.log)"
    }
}

# clang-tidy reads every header again for every file, so it looks at the folders that decide, whose
# files include neither gRPC nor torch.
tidy_complaints() {
    git ls-files -z common/\*.cc coordinator/{core,job,ledger,roster,schedule}/\*.cc |
        xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet
}
check_tidy() {
    stage tidy "running clang-tidy" tidy_complaints || {
        show_log tidy
        fail "clang-tidy has complaints (build/log/tidy.log)"
    }
}

# Stages: one line each, the noise in a log, failures passed on.
. tests/deploy/check.sh
. deploy/lib/checks.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

noisy() { echo noise && echo more >&2 && return "$1"; }

it "a stage says one line" same 'gotong: making noise' "$(stage noise 'making noise' noisy 0 2>&1)"
it "its output, errors included, is in the log" same $'noise\nmore' "$(cat build/log/noise.log)"
failing() { ! stage noise 'making noise' noisy 3; }
it "a stage that fails is a failure" failing
it "a failure is one sentence" refuses '^gotong: no network$' fail "no network"
it "the end of a log can be shown" same more "$(show_log noise 1 2>&1)"

ctest_log() {
    printf '%s\n' '        Start 1: a' ' 1/2 Test #1: a ....   Passed    0.01 sec' '        Start 2: b' \
        ' 2/2 Test #2: b ....***Failed    0.02 sec' 'it is 3' '50% tests passed'
}
mkdir -p build/log && ctest_log >build/log/suite.log
it "of a suite's log only what failed is shown" \
    same $' 2/2 Test #2: b ....***Failed    0.02 sec\nit is 3\n50% tests passed' "$(show_failures suite 2>&1)"

locked() {
    (lock_checkout && touch held && exec sleep 60) &
    local holder=$! status=0
    until [ -e held ] || ! kill -0 $holder; do sleep 0.1; done
    refuses '^gotong: another set-up is at work in .*; wait until it is done\.$' lock_checkout ||
        status=1
    kill $holder
    return $status
}
it "two set-ups in one checkout do not meet" locked

end_of_tests

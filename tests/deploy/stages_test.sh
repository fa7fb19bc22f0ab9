# Stages: one line each, the noise in a log, failures passed on.
. tests/deploy/check.sh

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

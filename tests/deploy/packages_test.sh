# Which packages the set-up wants, and what it says when it cannot have them.
. tests/deploy/check.sh

wanted_on() {
    system_name() { echo "$system"; }
    local system=$1
    packages_for "${@:2}"
}
has_line() { grep -qx "$2" <<<"$1"; }
lacks_line() { ! has_line "$@"; }

bookworm=$(wanted_on debian-12 build)
trixie=$(wanted_on debian-13 build)
it "everybody gets a compiler" has_line "$bookworm" g++
it "Debian 12 gets the Boost that has what we need" has_line "$bookworm" libboost1.81-dev
it "Debian 12 does not get the older one" lacks_line "$bookworm" libboost-dev
it "Debian 13 gets its own Boost" has_line "$trixie" libboost-dev
it "who only renders gets no test package" lacks_line "$bookworm" librapidcheck-dev
it "the fuzzers get their compiler" has_line "$(wanted_on ubuntu-24.04 test)" libclang-rt-dev
it "libtorch comes from Debian 13 itself" has_line "$(wanted_on debian-13 torch)" libtorch-dev
it "and from nowhere else" lacks_line "$(wanted_on debian-12 torch)" libtorch-dev
it "every line of the list has two or three columns or more systems" \
    same 0 "$(grep -vcE '^(#.*|(build|torch|test) +[a-z0-9.+-]+( +(debian|ubuntu)-[0-9.]+)*|)$' deploy/packages)"

missing() {
    dpkg-query() { printf 'one installed\ntwo config-files\n'; }
    missing_of one two three | tr '\n' ' '
}
it "what is installed is not installed again, what was removed is" same 'three two ' "$(missing)"

no_network() {
    cd "$(mktemp -d)" && mkdir -p build/log
    echo 'Err:1 http://mirror bookworm InRelease' >build/log/apt-update.log
    : >build/log/apt-install.log
    install_trouble
}
it "an unreachable mirror is called that" \
    same 'the package mirror cannot be reached; is there a network? (build/log/apt-update.log)' "$(no_network)"

requirement_lines() { grep -vcE '^(#.*|[A-Za-z0-9_.-]+==[0-9][0-9a-z.+]*)$' deploy/requirements.txt; }
it "every Python package has one version" same 0 "$(requirement_lines)"

end_of_tests

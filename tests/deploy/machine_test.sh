# What the set-up makes of a machine, with the machine pretended.
. tests/deploy/check.sh

pretend_system() {
    os_release() {
        case $1 in
        ID) echo "$system_id" ;;
        VERSION_ID) echo "$system_version" ;;
        PRETTY_NAME) echo "$system_id $system_version" ;;
        esac
    }
}

on() {
    local system_id=$1 system_version=$2
    pretend_system
    "${@:3}"
}

for system in 'debian 12' 'debian 13' 'ubuntu 24.04'; do
    # shellcheck disable=SC2086  # Two words on purpose.
    it "$system is known" on $system require_known_system
done
it "another distribution is refused by name" \
    refuses '^gotong: unsupported distribution: fedora 40; the set-up knows Debian 12' on fedora 40 require_known_system

too_little_disk() {
    df() { printf 'Avail\n 900\n'; }
    require_room 4000
}
it "too little disk is one sentence with both numbers" \
    refuses '^gotong: too little disk: .* has 900 MB free, and the set-up needs 4000 MB\.$' too_little_disk

too_little_memory() {
    free_memory_mb() { echo 512; }
    require_room 1
}
it "too little memory is one sentence with both numbers" \
    refuses '^gotong: too little memory: 512 MB are free, and building needs 1800 MB\.$' too_little_memory

jobs_with() {
    local pretended_cores=$1 pretended_memory=$2
    free_memory_mb() { echo "$pretended_memory"; }
    nproc() { echo "$pretended_cores"; }
    build_jobs
}
it "compilers are as many as cores where the memory holds" same 8 "$(jobs_with 8 64000)"
it "compilers are fewer where it does not" same 3 "$(jobs_with 8 4000)"
it "there is always one compiler" same 1 "$(jobs_with 8 700)"

without_root() {
    id() { echo 1000; }
    command() { return 1; }
    require_root
}
it "neither root nor sudo is one sentence" \
    refuses '^gotong: packages are missing, and you are neither root nor have sudo\.$' without_root

end_of_tests

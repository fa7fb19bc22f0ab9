# What this machine is, and whether it is enough.

# os_release VARIABLE
os_release() {
    # shellcheck source=/dev/null
    (. /etc/os-release && echo "${!1:-}")
}

# debian-12, debian-13, ubuntu-24.04 ...
system_name() { echo "$(os_release ID)-$(os_release VERSION_ID)"; }

require_known_system() {
    case $(system_name) in
    debian-12 | debian-13 | ubuntu-24.04) ;;
    *) fail "unsupported distribution: $(os_release PRETTY_NAME);" \
        "the set-up knows Debian 12, Debian 13 and Ubuntu 24.04." ;;
    esac
}

# Megabytes that a process may still take, the container's limit included.
free_memory_mb() {
    local free limit used
    free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
    if [ "$limit" != max ]; then
        used=$(cat /sys/fs/cgroup/memory.current)
        limit=$(((limit - used) / 1048576))
        [ "$limit" -ge "$free" ] || free=$limit
    fi
    echo "$free"
}

# require_room DISK_MB: for the checkout's disk. The memory is what one compiler needs for the
# largest source file, with some air.
require_room() {
    local disk memory needed_memory=1800
    disk=$(df --output=avail -m . | tail -n 1 | tr -d ' ')
    [ "$disk" -ge "$1" ] ||
        fail "too little disk: $PWD has $disk MB free, and the set-up needs $1 MB."
    memory=$(free_memory_mb)
    [ "$memory" -ge "$needed_memory" ] ||
        fail "too little memory: $memory MB are free, and building needs $needed_memory MB."
}

# Compilers at once: one a core, but never more than the memory holds.
build_jobs() {
    local each_mb=1300 cores by_memory
    cores=$(nproc)
    by_memory=$(($(free_memory_mb) / each_mb))
    [ "$by_memory" -ge 1 ] || by_memory=1
    echo $((cores < by_memory ? cores : by_memory))
}

has_nvidia_gpu() { command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; }

# Runs a command as root; asks sudo only when it is needed.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# sudo asks for its password here, while the terminal is free, and not inside a stage.
require_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null || fail "packages are missing, and you are neither root nor have sudo."
    sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; } ||
        fail "packages are missing, and sudo does not let you install them."
}

# Configures and builds the presets of CMakePresets.json, each in build/PRESET.

export CCACHE_DIR=${CCACHE_DIR:-$PWD/build/ccache} CCACHE_BASEDIR=$PWD
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

# One set-up at a time in one checkout; the lock ends with the process.
lock_checkout() {
    mkdir -p build
    exec 9>build/lock
    flock -n 9 || fail "another set-up is at work in $PWD; wait until it is done."
}
unlock_checkout() { exec 9>&-; }

# configure PRESET [-DNAME=VALUE...]
# Skipped when the same arguments made the tree before; ninja itself sees changed CMake files.
configure() {
    local tree=build/$1 arguments
    arguments=$(printf '%s\n' "$@")
    [ ! -e "$tree/build.ninja" ] || [ "$(cat "$tree/configured-as" 2>/dev/null)" != "$arguments" ] || return 0
    stage "configure-$1" "configuring build/$1" cmake --preset "$1" \
        -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold "${@:2}" || {
        show_log "configure-$1"
        fail "CMake cannot configure build/$1 (build/log/configure-$1.log)"
    }
    echo "$arguments" >"$tree/configured-as"
}

# build PRESET [TARGET...]
build() {
    local targets=("${@:2}")
    stage "build-$1" "building build/$1" cmake --build "build/$1" -j "$(build_jobs)" \
        ${targets[@]:+--target "${targets[@]}"} || {
        show_log "build-$1"
        fail "building build/$1 failed (build/log/build-$1.log)"
    }
}

# build_binaries BINARY...: what a user runs. Needs no package that only tests need.
build_binaries() {
    require_known_system
    [ -e build/release/build.ninja ] || require_room 4000
    install_packages build
    install_torch
    [ -e build/release/build.ninja ] ||
        configure release -DBUILD_TESTING=OFF "-DCMAKE_PREFIX_PATH=$(torch_cmake_prefix)"
    build release "$@"
}

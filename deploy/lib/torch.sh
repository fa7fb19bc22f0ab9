# libtorch: Debian 13's own, else the pip wheel in build/venv (headers, libraries and CMake files
# are all inside it).

torch_version=2.13.0
venv=build/venv

torch_comes_from_debian() { [ "$(system_name)" = debian-13 ] && ! has_nvidia_gpu; }

make_venv() {
    local options=()
    [ ! -x "$venv/bin/pip" ] || return 0
    ! torch_comes_from_debian || options+=(--system-site-packages)
    rm -rf "$venv"
    stage venv "making a Python environment in $venv" python3 -m venv "${options[@]}" "$venv" ||
        fail "the Python environment cannot be made (build/log/venv.log)"
}

pip_install() { "$venv/bin/pip" install --disable-pip-version-check --progress-bar off --only-binary :all: "$@"; }

installed_torch() {
    "$venv/bin/python" -c 'import importlib.metadata as m; print(m.version("torch"))' 2>/dev/null || true
}

# The C++ side needs nothing that the wheel depends on, so it comes alone. The public index of the
# CPU build is PyTorch's own; a mirror that pip is configured with goes first, if it has that build.
install_cpu_wheel() {
    local wheel="torch==$torch_version+cpu" index
    index=${GOTONG_TORCH_INDEX:-https://download.pytorch.org/whl/cpu}
    { [ -z "${GOTONG_TORCH_INDEX:-}" ] && pip_install --no-deps "$wheel"; } ||
        pip_install --no-deps --index-url "$index" "$wheel"
}

# The CUDA build links NVIDIA's libraries, which it pins itself; its runtime's headers, which let the
# denoiser's calls be recorded, want one wheel more and can be done without.
install_cuda_wheel() {
    pip_install ${GOTONG_TORCH_INDEX:+--index-url "$GOTONG_TORCH_INDEX"} "torch==$torch_version" || return 1
    pip_install --no-deps nvidia-cuda-crt || true
}

install_torch_wheel() {
    local kind=cpu
    ! has_nvidia_gpu || kind=cuda
    case $(installed_torch) in "$torch_version"*) return 0 ;; esac
    stage torch "fetching libtorch $torch_version for $kind (a large download)" "install_${kind}_wheel" ||
        fail "libtorch cannot be fetched; is there a network? (build/log/torch.log)"
}

install_torch() {
    install_packages torch
    torch_comes_from_debian || { make_venv && install_torch_wheel; }
}

# Where CMake finds it; empty: in the system's own places.
torch_cmake_prefix() {
    torch_comes_from_debian || (cd "$venv"/lib/python3*/site-packages/torch && echo "$PWD/share/cmake")
}

# The Python that tests talk to: build/venv with deploy/requirements.txt.

install_requirements() { pip_install --no-deps -r deploy/requirements.txt; }

install_test_python() {
    local digest stamp="$venv/installed-requirements"
    digest=$(sha256sum <deploy/requirements.txt)
    [ "$(cat "$stamp" 2>/dev/null)" != "$digest" ] || return 0
    make_venv
    stage python "fetching $(grep -c == deploy/requirements.txt) pinned Python packages" install_requirements ||
        fail "the Python packages cannot be fetched; is there a network? (build/log/python.log)"
    echo "$digest" >"$stamp"
}

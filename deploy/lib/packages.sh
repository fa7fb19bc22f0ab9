# Debian packages: installs what deploy/packages names and this machine lacks.

# packages_for PURPOSE...
packages_for() {
    awk -v purposes=" $* " -v system_name="$(system_name)" '
        /^(#|$)/ || !index(purposes, " " $1 " ") { next }
        NF == 2 || index($0 " ", " " system_name " ") { print $2 }' deploy/packages | sort -u
}

# missing_of PACKAGE...
missing_of() {
    comm -23 <(printf '%s\n' "$@" | sort -u) <(
        dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
            awk '$2 == "installed" { print $1 }' | sort -u
    )
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"
}

# A source that is broken for reasons of its own is no reason to stop: what matters is whether the
# packages can be installed afterwards.
update_lists() { stage apt-update "reading the package lists" apt_get update || true; }

install_now() {
    stage apt-install "installing $# Debian packages" \
        apt_get install -y --no-install-recommends "$@" || fail "$(install_trouble)"
}

install_trouble() {
    if grep -qE '^(Err|W: Failed to fetch|E: Failed to fetch)' build/log/apt-{update,install}.log; then
        echo "the package mirror cannot be reached; is there a network? (build/log/apt-update.log)"
    else
        echo "apt cannot install the packages: $(sed -n 's/^E: //p' build/log/apt-install.log | head -n 1)" \
            "(build/log/apt-install.log)"
    fi
}

# install_packages PURPOSE...
install_packages() {
    local wanted missing
    mapfile -t wanted < <(packages_for "$@")
    [ ${#wanted[@]} -gt 0 ] || return 0
    mapfile -t missing < <(missing_of "${wanted[@]}")
    [ ${#missing[@]} -gt 0 ] || return 0
    require_root
    update_lists
    install_now "${missing[@]}"
}

has_catch2_3() {
    local version
    version=$(dpkg-query -W -f '${Version}' catch2 2>/dev/null) && dpkg --compare-versions "$version" ge 3
}

catch2_3_on_offer() { apt-cache madison catch2 | awk '$3 ~ /^3\./ { print $3; exit }'; }

# Debian 12 has Catch2 3 in its backports only. A package from there is taken only by name, so
# nothing else on the machine changes.
install_catch2_from_backports() {
    ! has_catch2_3 || return 0
    require_root
    [ -n "$(catch2_3_on_offer)" ] || add_backports
    install_now "catch2=$(catch2_3_on_offer)"
}

# The same mirror as bookworm's own, another suite.
add_backports() {
    local list=/etc/apt/sources.list.d/gotong-backports.sources mirror
    # shellcheck disable=SC2016  # apt-get fills these in, not the shell.
    mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
        awk '$1 == "bookworm" && $2 == "main" { print $3; exit }')
    [ -n "$mirror" ] || fail "this machine has no package source for bookworm to take Catch2 3's mirror from."
    say "adding the suite bookworm-backports of $mirror, for Catch2 3 ($list)"
    printf '%s\n' 'Types: deb' "URIs: $mirror" 'Suites: bookworm-backports' 'Components: main' \
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' | as_root tee "$list" >/dev/null
    update_lists
}

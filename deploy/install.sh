#!/usr/bin/env bash
# Installs what one of `make run | test | check | bench | release` needs, and nothing that is already here:
#   a virtual environment .venv with the pinned packages;
#   from Debian: python3-venv where Python lacks it, rabbitmq-server, and chromium and php-cli for the tests.
# What cannot be done is said in one sentence. `run` goes on without a broker; the others fail.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

purpose=${1:?run, test, check, bench or release}
log=var/log/install.log

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

mkdir -p var/log 2>/dev/null && : >"$log" 2>/dev/null \
    || fail "This folder cannot be written to: check its owner, and that the disk is not full."

# quietly WHAT COMMAND...: runs it into the log; a failure is one sentence, the disk named if that was it.
quietly() {
    local what=$1
    shift
    if "$@" >>"$log" 2>&1; then return 0; fi
    if grep -qi 'no space left on device' "$log"; then
        say "$what failed: the disk is full."
    else
        local reason
        reason=$(grep -iE '^ *(E:|error)' "$log" | tail -1 | cut -c1-200)
        say "$what failed${reason:+: $reason} (all of it in $log)."
    fi
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || return 1
    if [ -t 0 ]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

# A Debian package that is a server starts itself when installed. `make run` uses a node of its own, so policy-rc.d forbids
# it for as long as we install; whatever was there before is put back, also when we are interrupted.
policy=/usr/sbin/policy-rc.d
set_aside=$policy.before-jejaring

forbid_starting() {
    trap 'allow_starting; exit 130' INT TERM
    if [ -e "$policy" ] || [ -L "$policy" ]; then as_root mv -f "$policy" "$set_aside" || return 1; fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy"
}

allow_starting() {
    as_root rm -f "$policy"
    if [ -e "$set_aside" ] || [ -L "$set_aside" ]; then as_root mv -f "$set_aside" "$policy"; fi
    trap - INT TERM
}

# debian PACKAGE...: installs them; returns 1, having said why, when it cannot.
debian() {
    if ! command -v apt-get >/dev/null; then
        say "$* is missing and this is not Debian: install it with this system's own tools."
        return 1
    fi
    if ! can_be_root; then
        say "$* is missing and installing it needs root: run as root, or 'sudo apt-get install $*' once."
        return 1
    fi
    say "Installing $* from Debian ..."
    local get=(env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300)
    local outcome=0
    forbid_starting || { say "$policy could not be set; nothing was installed."; return 1; }
    as_root "${get[@]}" install --no-install-recommends "$@" >>"$log" 2>&1 \
        || { quietly "apt-get update" as_root "${get[@]}" update \
            && quietly "Installing $*" as_root "${get[@]}" install --no-install-recommends "$@"; } \
        || outcome=1
    allow_starting
    return $outcome
}

# The system's own node is not wanted at the next boot either; only where we were the ones who installed it.
broker() {
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null && return 0
    debian rabbitmq-server || return 1
    if [ -d /run/systemd/system ]; then as_root systemctl disable rabbitmq-server >>"$log" 2>&1 || true; fi
}

# The first Python that is new enough. 3.11 first: it is what the tests run on.
python_found() {
    local candidate
    for candidate in ${PYTHON3:-} python3.11 python3 python3.12 python3.13; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

environment() {
    local extras=$1 python stamp
    stamp=.venv/installed-$extras-$(cat pyproject.toml constraints.txt | sha256sum | cut -c1-16)
    [ -e "$stamp" ] && .venv/bin/python -c '' 2>/dev/null && return 0

    python=$(python_found) || { debian python3 python3-venv && python=$(python_found); } \
        || fail "Python 3.11 or newer is needed."
    "$python" -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv || exit 1
    # Asked again: the package that came may belong to another Python than the one found first.
    "$python" -c 'import ensurepip, venv' 2>/dev/null || python=/usr/bin/python3

    say "Installing Python packages into .venv (once; a minute or two) ..."
    .venv/bin/python -m pip --version >/dev/null 2>&1 || quietly "Making .venv" "$python" -m venv --clear .venv || exit 1
    local pip=(.venv/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt)
    # The build runs with the pinned setuptools too. `compat` puts this folder itself on the path: packages added later are found.
    quietly "Installing setuptools" "${pip[@]}" setuptools || exit 1
    quietly "Installing Python packages" "${pip[@]}" --no-build-isolation \
        --config-settings editable_mode=compat --editable ".[$extras]" || exit 1
    touch "$stamp" || fail "The disk is full."
}

case $purpose in
run)
    environment local
    if [ -z "${AMQP_URI:-}" ]; then
        broker || say "Without RabbitMQ the services go on, and catch up from each other's feeds (AMQP_URI=none)."
    fi
    ;;
test)
    environment test
    broker || fail "make test needs RabbitMQ."
    command -v chromium >/dev/null || debian chromium || fail "make test needs Chromium for the pages."
    command -v php >/dev/null || debian php-cli || fail "make test needs PHP for the receiver in docs/how-to."
    ;;
check) environment test ;;
release) environment release ;;
bench)
    environment bench
    broker || fail "make bench needs RabbitMQ."
    ;;
*) fail "deploy/install.sh knows run, test, check, bench and release, not $purpose." ;;
esac

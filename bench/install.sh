#!/bin/sh
# Installs what the benchmarks measure the product beside (nginx, wrk, PostgreSQL), where this machine allows it, and
# says what it could not do. A benchmark whose peer is missing says so in a sentence and goes on without it.
set -eu

PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=
want() { # Debian package, then what shows that it is there
    package=$1
    shift
    for sign in "$@"; do
        if command -v "$sign" >/dev/null 2>&1 || [ -e "$sign" ]; then return; fi
    done
    missing="$missing $package"
}
look() {
    missing=
    want nginx-light nginx
    want wrk wrk
    want postgresql initdb /usr/lib/postgresql/*/bin/initdb
}

look
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing (once)"
    export DEBIAN_FRONTEND=noninteractive
    # Debian starts a server when it is installed, except in run level 1; the benchmarks start theirs.
    { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing; } >/dev/null || true
    look
fi
[ -z "$missing" ] || echo "Not on this machine:$missing. What needs them will not be measured, and says so."

#!/bin/sh
# Installs the real software the tests talk to, where this machine allows it, and says what it could not do.
# With CI=true a missing peer is a failure.
set -eu

missing=
want() { # command, Debian package(s)
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
PATH="$PATH:/usr/sbin:/usr/local/sbin"
want chromium chromium
want Orthanc "orthanc orthanc-dicomweb"
want dcmqrscp dcmtk
want dciodvfy dicom3tools
want redis-server redis-server

if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing (once)"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null || true
    # Debian starts an Orthanc and a Redis of its own at installation; the tests start theirs.
    if command -v systemctl >/dev/null 2>&1; then systemctl disable --now orthanc redis-server >/dev/null 2>&1 || true; fi
    missing=
    want chromium chromium
    want Orthanc orthanc
    want dcmqrscp dcmtk
    want dciodvfy dicom3tools
    want redis-server redis-server
fi

# The OHIF viewer as its project builds it: a package that is only unpacked and served, nothing of it is run here.
ohif=$(sed -n 's/^VERSION = "\(.*\)"$/\1/p' tests/peers/ohif.py)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mdt-peers
if [ ! -f "$cache/ohif-app-$ohif.tgz" ]; then
    echo "Fetching the OHIF viewer $ohif (50 MB, once)"
    mkdir -p "$cache"
    draft=$(mktemp -d "$cache/fetching.XXXXXX")
    if sh static/npm.sh pack "@ohif/app@$ohif" --silent --ignore-scripts --pack-destination "$draft" >/dev/null; then
        mv "$draft/ohif-app-$ohif.tgz" "$cache/"
    else
        missing="$missing @ohif/app@$ohif"
    fi
    rm -rf "$draft"
fi

if [ -n "$missing" ]; then
    echo "Not on this machine:$missing. The tests that need them will be skipped, each with its reason."
    [ "${CI:-}" != true ] || { echo "CI=true: a missing peer is a failure."; exit 1; }
fi

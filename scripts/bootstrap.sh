#!/bin/sh
# Installs one lock file into .venv, with hashes checked. Uses uv, which pip brings where it is not there, else pip
# itself; needs Python 3.11 alone.
set -eu
lock=$1
python=${PYTHON:-python3.11}
command -v "$python" >/dev/null 2>&1 || python=python3
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    echo "Rapport needs Python 3.11. Found: $("$python" --version 2>&1 || echo none). Set PYTHON=/path/to/python3.11." >&2
    exit 1
fi
# pip takes the path of an interpreter only, and a shim before Python takes its time at each call.
python=$("$python" -c 'import sys; print(sys.executable)')
[ -x .venv/bin/python ] || "$python" -m venv --without-pip .venv
echo "Installing $lock (once; later starts skip this) ..."

run_pip() {
    if [ -x .venv/bin/pip ]; then .venv/bin/python -m pip "$@"; else "$python" -m pip --python .venv/bin/python "$@"; fi
}
# A pip of one's own is most of what a new environment takes; pip 22.3 and later installs into another one.
need_pip() {
    settings=$(run_pip config list 2>/dev/null) || { "$python" -m venv .venv && settings=$(run_pip config list); }
}
install() { run_pip install --quiet --disable-pip-version-check --no-deps "$@"; }
with_uv() { "$uv" pip install --quiet --python .venv/bin/python "$@"; }

parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
uv=$(command -v uv || true)
# uv takes half of pip's time, and is a package like any other. It does not know pip's own index: where one is set, pip.
if [ -z "$uv" ]; then
    need_pip
    case $settings in
    *.index-url=*) ;;
    *) install --only-binary :all: --require-hashes -r requirements-uv.lock && uv=.venv/bin/uv ;;
    esac
fi
if [ -n "$uv" ] && with_uv --require-hashes -r "$lock"; then
    with_uv --no-deps --no-build-isolation --editable .
else
    [ -z "$uv" ] || echo "uv could not install it; pip does." >&2
    need_pip
    # pip unpacks one package after the other. A lock file names everything, so that two of them can share it out.
    awk -v here="$parts" '/^[a-z0-9]/ { half = 1 - half } { print > (here "/" half + 0) }' "$lock"
    install --require-hashes -r "$parts/0" &
    install --require-hashes -r "$parts/1"
    wait $!
    install --no-build-isolation --editable .
fi

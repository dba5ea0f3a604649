#!/bin/sh
# Installs one lock file into .venv, with hashes checked. Uses uv where it is there, else pip; needs Python 3.11 alone.
set -eu
lock=$1
python=${PYTHON:-python3.11}
command -v "$python" >/dev/null 2>&1 || python=python3
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    echo "Rapport needs Python 3.11. Found: $("$python" --version 2>&1 || echo none). Set PYTHON=/path/to/python3.11." >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing $lock (once; later starts skip this) ..."
if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "$lock"
    uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
else
    pip() { .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps "$@"; }
    # pip unpacks one package after the other. A lock file names everything, so that two of them can share it out.
    halves=$(mktemp -d)
    trap 'rm -rf "$halves"' EXIT
    awk -v here="$halves" '/^[a-z0-9]/ { half = 1 - half } { print > (here "/" half + 0) }' "$lock"
    pip --require-hashes -r "$halves/0" &
    pip --require-hashes -r "$halves/1"
    wait $!
    pip --no-build-isolation --editable .
fi

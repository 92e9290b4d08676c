#!/bin/sh
# Sets up .venv and the jars; ends at once where the stamp says that both are as the tree wants them.
set -eu
cd "$(dirname "$0")/../.."

# The editable install maps top-level packages by name, so a new package is a reason to set up again.
wanted="$(
    {
        pwd
        cat requirements.lock pyproject.toml infra/local/uv.txt infra/local/bootstrap.py \
            infra/local/jars/ivy.xml infra/local/jars/SHA256SUMS
        ls -d dags/*/__init__.py jobs/*/__init__.py plugins/*/__init__.py infra/local/*/__init__.py
    } 2>/dev/null | cksum
)"
if [ -x .venv/bin/python ] && [ -d .flightlake/jars ] &&
    [ "$(cat .venv/setup.stamp 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

# A name on the PATH proves nothing: a pyenv shim may only print an error. 3.12 is what MWAA runs.
pyenv="${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions"
for python in ${FLIGHTLAKE_PYTHON:-} python3.12 "$pyenv"/3.12*/bin/python3 python3.13 python3.11 \
    python3 python; do
    if "$python" -c 'import sys, ensurepip, ssl, venv
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then
        exec "$python" infra/local/bootstrap.py "$wanted"
    fi
done
echo "Missing: Python 3.11, 3.12 or 3.13 with its venv module (none on the PATH runs)." \
    "Install one (Debian: python3 and python3-venv) or set FLIGHTLAKE_PYTHON=/path/to/python." >&2
exit 1

#!/bin/sh
# Builds env.tar.gz, the Python of the Spark jobs, from requirements.txt beside this script.
#
# It has to run where EMR Serverless's own system and CPU are: Amazon Linux 2023, x86_64 or arm64 as
# the application. Packages with C code that were made elsewhere do not load there. On another
# system, in its container:
#   docker run --rm -v "$PWD/job-environment:/build" amazonlinux:2023 sh /build/build-environment.sh
set -eu
cd "$(dirname "$0")"

system="$(. /etc/os-release 2>/dev/null && echo "${ID:-}-${VERSION_ID:-}")"
if [ "$system" != amzn-2023 ]; then
    echo "This is ${system:-an unknown system}, and env.tar.gz must be built on Amazon Linux 2023;" \
        "the head of $0 says how. Nothing was built." >&2
    exit 1
fi
command -v python3.11 >/dev/null || dnf install -y -q python3.11 python3.11-pip
command -v gzip >/dev/null || dnf install -y -q tar gzip

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3.11 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --require-hashes -r venv-pack.txt
# Copies: a link would lead to wherever this system keeps its Python.
python3.11 -m venv --copies "$work/environment"
"$work/environment/bin/pip" install --quiet --require-hashes --only-binary :all: -r requirements.txt
"$work/tools/bin/venv-pack" --force --prefix "$work/environment" --output env.tar.gz
sha256sum env.tar.gz
# What the release calls these packages; `make deploy` looks for the archive under that name.
name="$(cat build-environment.sh requirements.txt venv-pack.txt | sha256sum | cut -c 1-8)"
echo "Upload it, once, to where your releases are:" \
    "aws s3api put-object --if-none-match '*' --bucket BUCKET" \
    "--key releases/environments/$name/env.tar.gz --body env.tar.gz"

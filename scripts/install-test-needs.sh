#!/bin/sh
# Installs from Debian what the tests run against: a real registry and its client, container engines
# and an image for them, a CI server and its worker, a mail server, PostgreSQL, a C compiler for the
# launcher of the ClickHouse test server, and toolchains and a browser for test/outside where the
# PATH has none of them. Asks the package manager for nothing, and prints nothing, when all of it is
# there.
set -eu

needs='e2fsprogs mount docker-registry skopeo apache2-utils gcc libc6-dev opensmtpd postgresql
  podman runc docker.io busybox-static openssl buildbot buildbot-worker'
python3 -c 'import ensurepip' 2>/dev/null || needs="$needs python3-venv"
command -v go >/dev/null || needs="$needs golang-go"
command -v javac >/dev/null || needs="$needs default-jdk-headless"
command -v mvn >/dev/null || needs="$needs maven"
command -v chromium >/dev/null || needs="$needs chromium"

missing=''
for package in $needs; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

run_as_root=''
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install as root:$missing" >&2; exit 1; }
  run_as_root=sudo
fi

echo "installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # the list of packages is meant to be split into words
if ! { $run_as_root apt-get update -q && $run_as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  exit 1
fi

#!/bin/sh
# The root of the image from Debian's packages, into build/image/debian.tar: `make base`, as root.
#
# Every package is checked against Debian's own keys, so the mirror and the way to it need not be trusted.
# MIRROR names another one; with https://snapshot.debian.org/archive/debian/20260301T000000Z/ the same is made
# again years later. SOURCE_DATE_EPOCH is the time that every file gets which is newer.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build/image
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
mirror="${MIRROR:-http://deb.debian.org/debian}"
security="${SECURITY-http://deb.debian.org/debian-security}"
set -- --mode=root --variant=minbase --quiet \
  --include=ca-certificates,git,openssh-client,python3,python3-venv,tzdata \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --customize-hook='useradd --root "$1" --system --uid 10001 --user-group --home-dir /srv/equipoise --create-home equipoise' \
  --customize-hook='rm -f "$1"/etc/hostname "$1"/etc/resolv.conf "$1"/var/cache/ldconfig/aux-cache' \
  bookworm build/image/debian.tar "deb $mirror bookworm main"
if [ -n "$security" ]; then set -- "$@" "deb $security bookworm-security main"; fi
mmdebstrap "$@"
sha256sum build/image/debian.tar

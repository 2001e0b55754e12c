#!/bin/bash
# packages.sh OUT SUITE: the packages of packages.txt from a Debian suite, installed, as OUT/root.tar.zst.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "$1") suite=$2
# shellcheck source-path=SCRIPTDIR source=debian.sh
. "$here/debian.sh"

packages=$(grep -v '^#' "$here/packages.txt" | tr -s ' \n' ',')
# A suite that is not released is signed for a week only, and a mirror may stand still for longer.
mmdebstrap --mode=root --variant=minbase --include="${packages%,}" --components=main \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --aptopt='Acquire::Retries "3"' \
  "$suite" "$out/root.tar.zst" "deb [signed-by=$keyring check-valid-until=no] $(debian_mirror) $suite main"

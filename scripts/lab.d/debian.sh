#!/bin/bash
# Sourced. Debian suites other than the machine's own, from the mirror the machine itself uses.
# Where packages come from does not change what they are, so this file is in no part's key.
# shellcheck disable=SC2034  # used by the scripts that source this

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# debian_mirror: prints the URI of RKUBE_DEBIAN_MIRROR or else of the mirror apt uses here.
debian_mirror() {
  local uri=${RKUBE_DEBIAN_MIRROR:-}
  [ -n "$uri" ] || uri=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
  [ -n "$uri" ] || uri=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) {print $i; exit}}' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true)
  [ -n "$uri" ] || { echo "no Debian mirror found: expected a URIs: or deb line under /etc/apt/sources.list*, or RKUBE_DEBIAN_MIRROR" >&2; return 1; }
  echo "$uri"
}

# apt_suite DIR SUITE: makes in DIR an apt world of its own that knows only SUITE and sets the array apt_opts for it.
apt_suite() {
  local dir=$1
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  echo "deb [signed-by=$keyring] $(debian_mirror) $2 main" > "$dir/sources.list"
  apt_opts=(-o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o Dir::State::status=/dev/null
    -o APT::Sandbox::User=root -o Acquire::Retries=3)
  apt-get "${apt_opts[@]}" update
}

#!/bin/sh
# For an administrator of host host1: what Kubernetes nodes of user alice (uid 1001) lack there.
# Printed by `rkube doctor --root-script` from what its checks found. Please read it, then run it as root.
# Each step looks first, so it can be run again. What was before is kept below /var/lib/rkube/administrator;
# the script that `rkube doctor --undo-script` prints takes everything back.

set -eu
umask 022
PATH=$PATH:/usr/sbin:/sbin

work() {
  # lingering
  # wanted: lingering is right
  # found: what lingering read
  subject=lingering
  want_linger alice

  subject=rkube
  say finished
}

# What is worked on, shown in front of everything that is said.
subject=rkube

say() {
  printf '%s: %s\n' "$subject" "$1"
}

stop() {
  printf '%s: %s\n' "$subject" "$1" >&2
  exit 1
}

ended() {
  [ "$?" -eq 0 ] || printf '%s\n' "$subject: stopped here; once it is mended, this script can be run again" >&2
}

# What was before each first change is kept in numbered folders here, for the script that takes it all back.
kept=/var/lib/rkube/administrator

# find_record KIND NAME: $record becomes the folder with what is kept of it; empty when nothing is.
find_record() {
  record=
  for each in "$kept"/[0-9]*; do
    [ -e "$each/kind" ] || continue
    if [ "$(cat "$each/kind") $(cat "$each/name")" = "$1 $2" ]; then record=$each; fi
  done
}

# begin_record KIND NAME: makes $kept/new, to put into it what was before.
begin_record() {
  mkdir -p "$kept"
  chmod 700 "$kept"
  rm -rf "$kept/new"
  mkdir "$kept/new"
  printf '%s\n' "$1" >"$kept/new/kind"
  printf '%s\n' "$2" >"$kept/new/name"
}

# end_record: $kept/new counts from here on, as $record. The first number is 1001: all have four digits.
end_record() {
  number=1001
  for each in "$kept"/[0-9]*; do
    [ ! -d "$each" ] || number=$((${each##*/} + 1))
  done
  record=$kept/$number
  mv "$kept/new" "$record"
}

# missing_folders PATH: folders above it that do not exist, the lowest first.
missing_folders() {
  folder=$(dirname "$1")
  while [ ! -d "$folder" ]; do
    printf '%s\n' "$folder"
    folder=$(dirname "$folder")
  done
}

# want_linger USER: the user's services run without a login.
want_linger() {
  mark=/var/lib/systemd/linger/$1
  if [ -e "$mark" ]; then
    say "is so already: $1 lingers"
    return 0
  fi
  find_record linger "$1"
  if [ -z "$record" ]; then
    begin_record linger "$1"
    missing_folders "$mark" >"$kept/new/folders"
    end_record
  fi
  loginctl enable-linger -- "$1"
  say "$1 lingers"
}

[ "$(id -u)" -eq 0 ] || stop "this script changes files of the system: run it as root, for example: sudo sh $0"
trap ended EXIT
work

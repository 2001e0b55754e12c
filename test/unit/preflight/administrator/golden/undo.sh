#!/bin/sh
# For an administrator: takes back what scripts of `rkube doctor --root-script` have changed on this host, for
# whichever user, as it is recorded below /var/lib/rkube/administrator. It can be run again.

set -eu
umask 022
PATH=$PATH:/usr/sbin:/sbin

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

# same ONE OTHER: two files, byte for byte. The dot keeps empty lines at the end.
same() {
  [ -e "$1" ] && [ -e "$2" ] && [ "$(cat "$1" && echo .)" = "$(cat "$2" && echo .)" ]
}

# as_recorded PATH: nobody but these scripts has changed the file since its record was begun. Where `next` is left over,
# a script was cut short while it wrote, and the file may be half written.
as_recorded() {
  if [ ! -e "$1" ]; then return 0; fi
  if [ -e "$record/touched" ]; then return 1; fi
  [ -e "$record/next" ] || same "$1" "$record/after" || same "$1" "$record/before"
}

# has_package MANAGER PACKAGE: it is installed.
has_package() {
  case $1 in
    apt-get) dpkg-query -W -f '${Status}' "$2" 2>/dev/null | grep -q 'ok installed' ;;
    pacman) pacman -Q "$2" >/dev/null 2>&1 ;;
    apk) apk info -e "$2" >/dev/null 2>&1 ;;
    *) rpm -q "$2" >/dev/null 2>&1 ;;
  esac
}

# Takes back what is kept in $kept, the newest first.
work() {
  if [ ! -d "$kept" ]; then
    say 'nothing is recorded on this host: nothing to take back'
    return 0
  fi
  records=
  for each in "$kept"/[0-9]*; do
    [ ! -d "$each" ] || records="$each $records"
  done
  all=yes
  reload=no
  for record in $records; do
    subject=$(cat "$record/name")
    back=yes
    "undo_$(cat "$record/kind")" "$subject"
    if [ "$back" = yes ]; then forget; else all=no; fi
  done
  subject=rkube
  if [ "$reload" = yes ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
  [ "$all" = yes ] || stop "not all is taken back: see above, and $kept"
  rm -r "$kept"
  rmdir /var/lib/rkube 2>/dev/null || :
  say 'all is as it was before'
}

# Out of the way at once, so that a record is whole or gone when this is cut short.
forget() {
  rm -rf "$kept/new"
  mv "$record" "$kept/new"
  rm -r "$kept/new"
}

# leave TEXT: the thing stays as it is, and so does its record.
leave() {
  back=no
  say "left alone: $1"
}

# Only folders that were made for it, and only when nobody has put anything else there.
remove_folders() {
  while read -r folder; do
    rmdir "$folder" 2>/dev/null || :
  done <"$record/folders"
}

undo_file() {
  case $1 in /etc/systemd/*) reload=yes ;; esac
  if ! as_recorded "$1"; then
    changed_since "$1"
  elif [ -e "$record/before" ]; then
    mkdir -p "$(dirname "$1")"
    cp "$record/before" "$kept/next"
    mv "$kept/next" "$record/next"
    cp -p "$record/before" "$1"
    say 'is as before'
  else
    rm -f "$1"
    remove_folders
    say 'is gone, as before'
  fi
}

# Of a file that others have changed too, only lines that were added can be taken out.
changed_since() {
  if [ ! -e "$record/lines" ]; then
    leave "changed by somebody else since; compare it with $record/before, if there was one, then: rm -r $record"
    return 0
  fi
  text=$(grep -vxF -f "$record/lines" "$1" || [ "$?" -eq 1 ])
  printf '%s' "${text:+$text
}" >"$1"
  say 'changed by others since: only what was added is taken out'
}

undo_sysctl() {
  if [ "$(cat "$1")" = "$(cat "$record/after")" ]; then
    cat "$record/before" >"$1"
    say "is $(cat "$record/before"), as before"
  else
    say "has another value by now, $(cat "$1"), and keeps it"
  fi
}

undo_linger() {
  mark=/var/lib/systemd/linger/$1
  # A user who was deleted since is unknown to loginctl.
  if [ -e "$mark" ]; then loginctl disable-linger -- "$1" || rm -f "$mark"; fi
  remove_folders
  say 'does not linger, as before'
}

undo_capability() {
  before=$(cat "$record/before")
  if [ ! -e "$1" ]; then
    say 'is gone'
  elif [ -e "$record/setuid" ]; then
    chmod u-s "$1"
    say 'is not setuid root, as before'
  elif [ -n "$before" ]; then
    setcap "$before" "$1"
    say "has $before, as before"
  else
    [ -z "$(getcap "$1")" ] || setcap -r "$1"
    say 'has no capability, as before'
  fi
}

# Each of these refuses to take a package away that another one needs.
undo_package() {
  manager=$(cat "$record/manager")
  if ! has_package "$manager" "$1"; then return 0; fi
  case $manager in
    apt-get) dpkg --purge "$1" ;;
    pacman) pacman -R --noconfirm "$1" ;;
    apk) apk del "$1" ;;
    *) rpm -e "$1" ;;
  esac || {
    say 'package stays: another one needs it by now'
    return 0
  }
  say 'package removed'
}

[ "$(id -u)" -eq 0 ] || stop "this script changes files of the system: run it as root, for example: sudo sh $0"
trap ended EXIT
work

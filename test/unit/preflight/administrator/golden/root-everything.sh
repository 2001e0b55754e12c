#!/bin/sh
# For an administrator of host host1: what Kubernetes nodes of user alice (uid 1001) lack there.
# Printed by `rkube doctor --root-script` from what its checks found. Please read it, then run it as root.
# Each step looks first, so it can be run again. What was before is kept below /var/lib/rkube/administrator;
# the script that `rkube doctor --undo-script` prints takes everything back.

set -eu
umask 022
PATH=$PATH:/usr/sbin:/sbin

work() {
  finish_writes

  # user-namespaces
  # wanted: user-namespaces is right
  # found: what user-namespaces read
  subject=user-namespaces
  want_sysctl /etc/sysctl.d/99-rkube-userns.conf user.max_user_namespaces=28633

  # id-map-tools
  # wanted: id-map-tools is right
  # found: what id-map-tools read
  subject=id-map-tools
  want_package mapper-of-test apt-get=uidmap dnf=shadow-utils zypper=shadow pacman=shadow apk=shadow-uidmap

  # capabilities
  # wanted: capabilities is right
  # found: what capabilities read
  subject=capabilities
  want_capability /var/lib/tools/newuidmap cap_setuid
  want_capability /var/lib/tools/newgidmap cap_setgid

  # subuid
  # wanted: subuid is right
  # found: what subuid read
  # then: alice runs podman system migrate, if Podman was used before
  subject=subuid
  want_range /etc/subuid alice 165536 65536
  say 'then: alice runs podman system migrate, if Podman was used before'

  # subgid
  # wanted: subgid is right
  # found: what subgid read
  # then: alice runs podman system migrate, if Podman was used before
  subject=subgid
  want_range /etc/subgid alice 100000 65536
  say 'then: alice runs podman system migrate, if Podman was used before'

  # cgroup-controllers
  # wanted: cgroup-controllers is right
  # found: what cgroup-controllers read
  # then: log out of all sessions and in again
  subject=cgroup-controllers
  want_unit /etc/systemd/system/user@.service.d/delegate.conf '[Service]' 'Delegate=cpu cpuset io memory pids'
  say 'then: log out of all sessions and in again'

  # lingering
  # wanted: lingering is right
  # found: what lingering read
  subject=lingering
  want_linger alice

  # kernel-vxlan
  # wanted: kernel-vxlan is right
  # found: what kernel-vxlan read
  subject=kernel-vxlan
  unblock '^[[:space:]]*(blacklist[[:space:]]+(vxlan)[[:space:]]*$|install[[:space:]]+(vxlan)[[:space:]]+([^[:space:]]*/)?(true|false)([^[:alnum:]_]|$))'

  # kernel-nftables
  # wanted: kernel-nftables is right
  # found: what kernel-nftables read
  # then: reboot: modules load before sysctl forbids it
  subject=kernel-nftables
  unblock '^[[:space:]]*(blacklist[[:space:]]+(nf[-_]tables|nft[-_]chain[-_]nat)[[:space:]]*$|install[[:space:]]+(nf[-_]tables|nft[-_]chain[-_]nat)[[:space:]]+([^[:space:]]*/)?(true|false)([^[:alnum:]_]|$))'
  want_file /etc/modules-load.d/rkube-nf_tables.conf nf_tables nft_chain_nat
  say 'then: reboot: modules load before sysctl forbids it'

  # inotify
  # wanted: inotify is right
  # found: what inotify read
  subject=inotify
  want_sysctl /etc/sysctl.d/99-rkube-inotify.conf fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288

  # ping-group-range
  # wanted: ping-group-range is right
  # found: what ping-group-range read
  subject=ping-group-range
  want_switch /etc/sysctl.d/99-rkube-ping.conf net.ipv4.ping_group_range '0 2147483647'

  # low-ports
  # wanted: low-ports is right
  # found: what low-ports read
  subject=low-ports
  want_switch /etc/sysctl.d/99-rkube-ports.conf net.ipv4.ip_unprivileged_port_start 80

  # open-files
  # wanted: open-files is right
  # found: what open-files read
  # then: log out of all sessions and in again
  subject=open-files
  want_file /etc/security/limits.d/99-rkube-nofile.conf 'alice hard nofile 524288'
  say 'then: log out of all sessions and in again'

  # processes
  # wanted: processes is right
  # found: what processes read
  # then: log out of all sessions and in again
  subject=processes
  want_unit /etc/systemd/system/user-.slice.d/99-rkube-tasks.conf '[Slice]' TasksMax=32768
  say 'then: log out of all sessions and in again'

  # kernel-version
  # wanted: kernel-version is right
  # found: what kernel-version read
  # not for a script: Install a newer kernel and reboot
  subject=kernel-version
  say 'not for a script: Install a newer kernel and reboot'

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

# keep_file PATH: keeps content, mode, owner and time of the file before its first change, or that there was none.
keep_file() {
  find_record file "$1"
  if [ -n "$record" ]; then
    as_recorded "$1" || touch "$record/touched"
    return 0
  fi
  begin_record file "$1"
  if [ -e "$1" ]; then cp -p "$1" "$kept/new/before"; fi
  missing_folders "$1" >"$kept/new/folders"
  end_record
}

# put PATH TEXT: writes into the file as it is, so that its mode, owner and links stay.
put() {
  keep_file "$1"
  printf '%s\n' "$2" >"$kept/next"
  mv "$kept/next" "$record/next"
  mkdir -p "$(dirname "$1")"
  write_next "$1"
}

write_next() {
  cat "$record/next" >"$1"
  mv "$record/next" "$record/after"
  say "written: $1"
}

# A run that was cut short while it wrote may have left a file half written, with what was in it lost to later steps.
finish_writes() {
  for record in "$kept"/[0-9]*; do
    if [ -e "$record/next" ]; then
      path=$(cat "$record/name")
      mkdir -p "$(dirname "$path")"
      write_next "$path"
    fi
  done
}

# has_lines PATH LINE...: the file has exactly these lines.
has_lines() {
  path=$1
  shift
  [ -e "$path" ] && [ "$(cat "$path")" = "$(printf '%s\n' "$@")" ]
}

# want_file PATH LINE...: makes it so.
want_file() {
  if has_lines "$@"; then
    say "is so already: $1"
    return 0
  fi
  path=$1
  shift
  put "$path" "$(printf '%s\n' "$@")"
}

# want_sysctl FILE KEY=VALUE...: the file for every boot, and the running kernel at once. Nothing is made smaller.
want_sysctl() {
  file=$1
  shift
  want_file "$file" "$@"
  for setting in "$@"; do
    key=${setting%%=*}
    value=${setting#*=}
    warn_of_others "$file" "$key"
    switch=/proc/sys/$(printf '%s' "$key" | tr . /)
    now=$(cat "$switch")
    if [ "$now" -ge "$value" ]; then
      say "is so already: $key is $now"
      continue
    fi
    find_record sysctl "$switch"
    if [ -z "$record" ]; then
      begin_record sysctl "$switch"
      printf '%s\n' "$now" >"$kept/new/before"
      end_record
    fi
    printf '%s\n' "$value" >"$record/after"
    printf '%s\n' "$value" >"$switch"
    say "$key was $now, is $value"
  done
}

# warn_of_others FILE KEY: names other files that set it. At boot the one with the last name counts (sysctl.d(5)).
warn_of_others() {
  for other in /etc/sysctl.conf /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf \
    /usr/lib/sysctl.d/*.conf; do
    if [ "$other" != "$1" ] && grep -qs "^[[:space:]]*$2[[:space:]]*=" "$other"; then
      say "note: $other sets $2 too; at boot the file with the last name counts"
    fi
  done
}

# want_switch FILE KEY VALUE: just this value, in the file for every boot and in the running kernel at once.
want_switch() {
  want_file "$1" "$2=$3"
  warn_of_others "$1" "$2"
  switch=/proc/sys/$(printf '%s' "$2" | tr . /)
  # The kernel writes tabs between numbers.
  now=$(tr '\t' ' ' <"$switch")
  if [ "$now" = "$3" ]; then
    say "is so already: $2 is $now"
    return 0
  fi
  find_record sysctl "$switch"
  if [ -z "$record" ]; then
    begin_record sysctl "$switch"
    cat "$switch" >"$kept/new/before"
    end_record
  fi
  printf '%s\n' "$3" >"$record/after"
  printf '%s\n' "$3" >"$switch"
  cat "$switch" >"$record/after"
  say "$2 was $now, is $3"
}

# want_unit PATH LINE...: a file of systemd, which reads it again where it runs (not in a chroot).
want_unit() {
  if has_lines "$@"; then
    say "is so already: $1"
    return 0
  fi
  want_file "$@"
  if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

# want_range FILE USER START COUNT: a line of /etc/subuid or /etc/subgid. Ids that somebody has by now are not shared.
want_range() {
  line=$2:$3:$4
  text=
  if [ -e "$1" ]; then text=$(cat "$1"); fi
  if printf '%s\n' "$text" | grep -qxF -e "$line"; then
    say "is so already: $1 has $line"
    return 0
  fi
  taken=$(printf '%s\n' "$text" | overlapping "$3" $(($3 + $4)))
  if [ -n "$taken" ]; then
    stop "$1 gives these ids to somebody by now ($taken): have the script printed anew"
  fi
  keep_file "$1"
  printf '%s\n' "$line" >>"$record/lines"
  put "$1" "${text:+$text
}$line"
}

# overlapping START END: the lines of the standard input with an id from START on and below END.
overlapping() {
  while IFS=: read -r owner first count; do
    case $first$count in '' | *[!0-9]*) continue ;; esac
    if [ "$first" -lt "$2" ] && [ $((first + count)) -gt "$1" ]; then printf '%s\n' "$owner:$first:$count"; fi
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

# want_capability PATH CAPABILITY: the program has the capability, or, where the file system keeps none, is setuid root.
want_capability() {
  if [ -u "$1" ]; then
    say "is so already: $1 is setuid root"
    return 0
  fi
  # getcap says `PATH cap_setuid=ep`; before libcap 2.41 `PATH = cap_setuid+ep`.
  now=$(getcap "$1")
  now=${now#"$1"}
  now=${now# =}
  now=${now# }
  case $now in
    *"$2"*)
      say "is so already: $1 has $now"
      return 0
      ;;
  esac
  find_record capability "$1"
  if [ -z "$record" ]; then
    begin_record capability "$1"
    printf '%s\n' "$now" >"$kept/new/before"
    end_record
  fi
  if setcap "$2+ep" "$1"; then
    say "$1 has $2"
  else
    touch "$record/setuid"
    chmod u+s "$1"
    say "$1 is setuid root"
  fi
}

# unblock PATTERN: takes the lines that match out of modprobe.d. Of several files with one name modprobe reads the first;
# so a file outside /etc, which belongs to a package, is overruled by one in /etc.
unblock() {
  seen=/
  for file in /etc/modprobe.d/*.conf /run/modprobe.d/*.conf /usr/local/lib/modprobe.d/*.conf \
    /usr/lib/modprobe.d/*.conf /lib/modprobe.d/*.conf; do
    name=${file##*/}
    if [ ! -e "$file" ]; then continue; fi
    case $seen in */"$name"/*) continue ;; esac
    seen=$seen$name/
    if grep -qE -e "$1" "$file"; then
      put "/etc/modprobe.d/$name" "$(grep -vE -e "$1" "$file")"
    fi
  done
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

# want_package COMMANDS MANAGER=PACKAGE...: the commands are here, by the distribution's own package if need be.
want_package() {
  missing=
  for tool in $1; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  if [ -z "$missing" ]; then
    say "is so already: $1"
    return 0
  fi
  shift
  for choice in "$@"; do
    manager=${choice%%=*}
    package=${choice#*=}
    if command -v "$manager" >/dev/null; then
      install_package
      return 0
    fi
  done
  stop "no package manager that this script knows: install$missing by hand"
}

install_package() {
  find_record package "$package"
  if [ -z "$record" ] && ! has_package "$manager" "$package"; then
    begin_record package "$package"
    printf '%s\n' "$manager" >"$kept/new/manager"
    end_record
  fi
  case $manager in
    apt-get)
      export DEBIAN_FRONTEND=noninteractive
      apt-get install -y --no-install-recommends "$package" || {
        apt-get update
        apt-get install -y --no-install-recommends "$package"
      }
      ;;
    dnf) dnf install -y "$package" ;;
    zypper) zypper --non-interactive install "$package" ;;
    pacman) pacman -S --noconfirm "$package" ;;
    apk) apk add "$package" ;;
  esac
  say "installed: $package"
}

[ "$(id -u)" -eq 0 ] || stop "this script changes files of the system: run it as root, for example: sudo sh $0"
trap ended EXIT
work

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

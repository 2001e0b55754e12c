# want_unit PATH LINE...: a file of systemd, which reads it again where it runs (not in a chroot).
want_unit() {
  if has_lines "$@"; then
    say "is so already: $1"
    return 0
  fi
  want_file "$@"
  if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

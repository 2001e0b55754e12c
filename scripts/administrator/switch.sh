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

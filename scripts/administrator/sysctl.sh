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

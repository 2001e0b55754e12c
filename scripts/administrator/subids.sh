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

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

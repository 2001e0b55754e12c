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

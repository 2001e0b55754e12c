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

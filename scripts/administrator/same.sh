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

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

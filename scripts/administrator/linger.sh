# want_linger USER: the user's services run without a login.
want_linger() {
  mark=/var/lib/systemd/linger/$1
  if [ -e "$mark" ]; then
    say "is so already: $1 lingers"
    return 0
  fi
  find_record linger "$1"
  if [ -z "$record" ]; then
    begin_record linger "$1"
    missing_folders "$mark" >"$kept/new/folders"
    end_record
  fi
  loginctl enable-linger -- "$1"
  say "$1 lingers"
}

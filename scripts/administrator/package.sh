# want_package COMMANDS MANAGER=PACKAGE...: the commands are here, by the distribution's own package if need be.
want_package() {
  missing=
  for tool in $1; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  if [ -z "$missing" ]; then
    say "is so already: $1"
    return 0
  fi
  shift
  for choice in "$@"; do
    manager=${choice%%=*}
    package=${choice#*=}
    if command -v "$manager" >/dev/null; then
      install_package
      return 0
    fi
  done
  stop "no package manager that this script knows: install$missing by hand"
}

install_package() {
  find_record package "$package"
  if [ -z "$record" ] && ! has_package "$manager" "$package"; then
    begin_record package "$package"
    printf '%s\n' "$manager" >"$kept/new/manager"
    end_record
  fi
  case $manager in
    apt-get)
      export DEBIAN_FRONTEND=noninteractive
      apt-get install -y --no-install-recommends "$package" || {
        apt-get update
        apt-get install -y --no-install-recommends "$package"
      }
      ;;
    dnf) dnf install -y "$package" ;;
    zypper) zypper --non-interactive install "$package" ;;
    pacman) pacman -S --noconfirm "$package" ;;
    apk) apk add "$package" ;;
  esac
  say "installed: $package"
}

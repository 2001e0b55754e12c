# has_package MANAGER PACKAGE: it is installed.
has_package() {
  case $1 in
    apt-get) dpkg-query -W -f '${Status}' "$2" 2>/dev/null | grep -q 'ok installed' ;;
    pacman) pacman -Q "$2" >/dev/null 2>&1 ;;
    apk) apk info -e "$2" >/dev/null 2>&1 ;;
    *) rpm -q "$2" >/dev/null 2>&1 ;;
  esac
}

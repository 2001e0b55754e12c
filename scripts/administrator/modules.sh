# unblock PATTERN: takes the lines that match out of modprobe.d. Of several files with one name modprobe reads the first;
# so a file outside /etc, which belongs to a package, is overruled by one in /etc.
unblock() {
  seen=/
  for file in /etc/modprobe.d/*.conf /run/modprobe.d/*.conf /usr/local/lib/modprobe.d/*.conf \
    /usr/lib/modprobe.d/*.conf /lib/modprobe.d/*.conf; do
    name=${file##*/}
    if [ ! -e "$file" ]; then continue; fi
    case $seen in */"$name"/*) continue ;; esac
    seen=$seen$name/
    if grep -qE -e "$1" "$file"; then
      put "/etc/modprobe.d/$name" "$(grep -vE -e "$1" "$file")"
    fi
  done
}

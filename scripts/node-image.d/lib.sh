# lib.sh: progress, and parts that are built once per content of their inputs. Sourced by scripts/node-image.
# shellcheck shell=bash
RUNNING= # process id of the part being built, for the caller's trap

say() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

fail() {
  printf 'node-image: %s\n' "$*" >&2
  exit 1
}

# key WORD|FILE|DIRECTORY...: a short name for the content of the inputs. An input is a path when it begins with a slash.
key() {
  local input
  for input; do
    case $input in
      /*) (cd "$(dirname "$input")" && find "$(basename "$input")" \( -type f -printf '%m %p ' -exec sha256sum {} + \) -o -type l -printf '%p %l\n') | LC_ALL=C sort ;;
      *) printf '%s\n' "$input" ;;
    esac
  done | sha256sum | cut -c 1-16
}

# part NAME KEY LIMIT WORDS COMMAND...: $CACHE/parts/NAME-KEY, made by COMMAND unless it is there. COMMAND runs in an empty
# directory, its last argument, that takes its final name only when all went well: a killed build leaves nothing half done.
# LIMIT in seconds; WORDS say what it is.
part() {
  local name=$1 key=$2 limit=$3 words=$4 began=$SECONDS pid code=0 shown=0
  local dir=$CACHE/parts/$name-$key new=$CACHE/tmp/$name log=$CACHE/tmp/$name.log
  shift 4
  if [ -d "$dir" ]; then
    touch "$dir" # last use: see prune
    return
  fi
  rm -rf "$new" && mkdir -p "$new" "$CACHE/parts"
  say "building $words …"
  timeout --kill-after=10 "$limit" "$@" "$new" >"$log" 2>&1 &
  pid=$!
  RUNNING=$pid
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - began)) -ge $((shown + 30)) ]; then
      shown=$((SECONDS - began))
      say "building $words: $shown s so far"
    fi
  done
  wait "$pid" || code=$?
  # shellcheck disable=SC2034
  RUNNING=
  if [ "$code" != 0 ]; then
    tail -n 30 "$log" >&2
    [ "$code" != 124 ] || fail "$words: not done after $limit s; the log is $log"
    fail "$words failed with exit code $code; its last lines are above, the log is $log"
  fi
  mv "$new" "$dir"
  rm -f "$log"
  say "built $words in $((SECONDS - began)) s, $(du -sm "$dir" | cut -f 1) MB"
}

# prune: of each part the two last used stay, so that going back and forth between two states rebuilds nothing.
prune() {
  local name
  for name in $(find "$CACHE/parts" -mindepth 1 -maxdepth 1 -printf '%f\n' | sed 's/-[0-9a-f]*$//' | sort -u); do
    find "$CACHE/parts" -mindepth 1 -maxdepth 1 -regex ".*/$name-[0-9a-f]+" -printf '%T@ %p\n' |
      sort -rn | tail -n +3 | cut -d ' ' -f 2- | xargs -r rm -rf
  done
}

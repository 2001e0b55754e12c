#!/bin/bash
# ssh.sh USER@I [COMMAND…]: becomes an ssh into host I, so stdin, stdout, signals and exit code are ssh's own.
set -euo pipefail
target=${1:-}
[[ $target =~ ^(root|alice|bob|carol)@(host)?([1-9])$ ]] ||
  { echo "lab ssh: expected root, alice, bob or carol @ 1 to 9, found \"$target\"; as in: lab ssh alice@1 podman ps" >&2; exit 2; }
user=${BASH_REMATCH[1]} index=${BASH_REMATCH[3]} name=rkube-lab-${RKUBE_LAB:-rkube}
config=/dev/shm/$name/ssh_config
[ -r "$config" ] || { echo "lab ssh: lab ${RKUBE_LAB:-rkube} is not up (no $config); start it with: lab up 2" >&2; exit 1; }
exec ip netns exec "$name" ssh -F "$config" "$user@host$index" "${@:2}"

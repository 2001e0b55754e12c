#!/bin/bash
# keys.sh OUT: the lab's ssh keys. OUT/id opens every host from every host, OUT/host_key is the host key of them all.
set -euo pipefail
cd "$1"
ssh-keygen -q -t ed25519 -N '' -C lab -f id
ssh-keygen -q -t ed25519 -N '' -C lab -f host_key
echo "lab $(cut -d' ' -f1,2 host_key.pub)" > known_hosts

#!/bin/sh
# tiny-image.sh ENGINE NAME: loads an image that has a shell and waits, with the node image's own busybox, as an archive
# made by hand. A node image would boot a whole system for every case of the contract.
set -eu
engine=$1 name=$2
rm -rf contract
mkdir -p contract/fs/bin
cd contract
"$engine" run --rm --network none --entrypoint cat localhost/rkube-node:v1.36.3 /usr/local/bin/busybox >fs/bin/busybox
chmod 755 fs/bin/busybox
for program in sh cat sleep echo; do ln -s busybox "fs/bin/$program"; done
tar -C fs -cf layer.tar .
sum=$(sha256sum layer.tar | cut -d ' ' -f 1)
cat >config.json <<JSON
{"created":"2026-01-01T00:00:00Z","architecture":"amd64","os":"linux",
"config":{"Cmd":["/bin/sh","-c","while :; do sleep 60; done"]},
"rootfs":{"type":"layers","diff_ids":["sha256:$sum"]},"history":[{"created":"2026-01-01T00:00:00Z"}]}
JSON
echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$name\"],\"Layers\":[\"layer.tar\"]}]" >manifest.json
tar -cf image.tar manifest.json config.json layer.tar
"$engine" load --input image.tar >&2

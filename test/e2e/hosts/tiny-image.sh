#!/bin/sh
# tiny-image.sh ENGINE NAME: loads an image that has a shell and waits, made of the host's own programs. A node image
# would boot a whole system for every case of the contract.
set -eu
engine=$1 name=$2
rm -rf contract
mkdir -p contract/fs
cd contract
for program in /bin/sh /bin/cat /bin/sleep; do
  for file in "$program" $(ldd "$program" | grep -o '/[^ ]*'); do
    mkdir -p "fs$(dirname "$file")"
    cp -L "$file" "fs$file"
  done
done
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

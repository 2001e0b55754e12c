#!/bin/bash
# parts/image.sh PARTS OUT: OUT/node-image.tar, a docker-archive of two layers (Debian; everything of ours), and
# OUT/manifest.json, which says what is in it; the image holds the same at /usr/lib/rkube/manifest.json.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
parts=$1 out=$2
# shellcheck source-path=SCRIPTDIR source=../versions.env
. "$here/versions.env"
"$here/parts/components.sh" "$parts" "$out"
tree=$out/tree
versions=$(sed -n 's/^\([A-Z_]*\)=\([^ ]*\).*/"\1": "\2"/p' "$here/versions.env" | paste -sd ,)
node "$here/images.mjs" "$out/layers.txt" "{$versions}" "$(go env GOARCH)" >"$tree/usr/lib/rkube/images.json"

"$tree/usr/local/bin/rkube-images" "$tree/usr/lib/rkube/images.json" /usr/lib/rkube/layers "$tree/usr/lib/rkube/containerd-seed"
sha256sum "$tree/usr/lib/rkube/images.json" | cut -c 1-64 >"$tree/usr/lib/rkube/images.id"

systemd=$tree/etc/systemd/system
grep -v '^#' "$here/masked-units" | while read -r unit; do ln -s /dev/null "$systemd/$unit"; done
mkdir "$systemd/multi-user.target.wants"
for unit in containerd kubelet; do ln -s "../$unit.service" "$systemd/multi-user.target.wants/"; done

(cd "$tree" && find usr/local/bin opt/cni/bin usr/lib/rkube/layers -type f -exec sha256sum {} + | sort -u -k 1,1) >"$out/files"
node "$here/manifest.mjs" "{$versions}" "$parts/debian/status" "$parts/debian/busybox-version" "$(go env GOVERSION)" "$out/files" >"$out/manifest.json"
cp "$out/manifest.json" "$tree/usr/lib/rkube/manifest.json"

mkdir "$out/archive"
ln -s "$(realpath "$parts/debian/base.tar")" "$out/archive/debian.tar"
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu --remove-files -C "$tree" -cf "$out/archive/rkube.tar" .
cd "$out/archive"
digests=$(sha256sum debian.tar rkube.tar | sed 's/\([0-9a-f]*\) .*/"sha256:\1"/' | paste -sd ,)
created='"created":"'$(date -u +%FT%TZ)'"' # in the history too: nerdctl 2.2 crashes without
cat >config.json <<JSON
{$created,"architecture":"$(go env GOARCH)","os":"linux","config":{"Entrypoint":["/usr/local/bin/entrypoint"],"StopSignal":"SIGRTMIN+3",
"Env":["container=oci","PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
"Labels":{"dev.rkube.kubernetes":"v$KUBERNETES"}},
"rootfs":{"type":"layers","diff_ids":[$digests]},"history":[{$created,"created_by":"debian $DEBIAN"},{$created,"created_by":"rkube scripts/node-image"}]}
JSON
cat >manifest.json <<JSON
[{"Config":"config.json","RepoTags":["$IMAGE"],"Layers":["debian.tar","rkube.tar"]}]
JSON
tar --dereference --mtime=@0 --owner=0 --group=0 --format=gnu -cf ../node-image.tar manifest.json config.json debian.tar rkube.tar
cd .. && rm -r archive files layers.txt

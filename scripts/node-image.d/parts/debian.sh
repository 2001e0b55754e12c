#!/bin/bash
# parts/debian.sh MIRROR OUT: the node's Debian as OUT/base.tar, and the files of it that component images use under
# OUT/tools. Packages are verified by apt against Debian's keys.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
mirror=$1 out=$2
# shellcheck source-path=SCRIPTDIR source=../versions.env
. "$here/versions.env"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
sources="deb [signed-by=$keys] $mirror $DEBIAN main
deb [signed-by=$keys] $mirror $DEBIAN-updates main
deb [signed-by=$keys] ${mirror%/debian}/debian-security $DEBIAN-security main"
# The image has no use for what only people read. Proxies and the like as apt has them on this machine.
options=(--components=main --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*'
  --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/bash-completion/*')
apt-config dump | grep -E '^Acquire::(http|https|Retries|Check)' >"$out/apt.conf" || :
[ ! -s "$out/apt.conf" ] || options+=(--aptopt="$out/apt.conf")

node=systemd,systemd-sysv,dbus,util-linux,mount,procps,kmod,iproute2,iptables,nftables,conntrack,ethtool,curl,jq,ca-certificates,crun
mmdebstrap --variant=essential --include="$node" "${options[@]}" --customize-hook="$here/parts/trim.sh" \
  --customize-hook="copy-out /var/lib/dpkg/status $out" "$DEBIAN" "$out/base.tar" - <<<"$sources"

# A second, unconfigured tree, for busybox and the packet filter tools with the libraries they need, which the tree's own
# loader names. kube-proxy and Flannel use nft; Flannel also runs iptables at each start, to clean up after itself.
mmdebstrap --variant=extract --include=busybox-static,nftables,iptables "${options[@]}" "$DEBIAN" "$out/extract.tar" - <<<"$sources"
mkdir "$out/extract" "$out/tools"
tar -C "$out/extract" -xf "$out/extract.tar" --exclude='./dev/*'
cd "$out/extract"
loader=$(readlink -f usr/lib*/ld-linux-*.so.* | head -n 1)
libraries=$(dirname usr/lib/*-linux-gnu*/libc.so.6)
programs=(usr/sbin/nft usr/sbin/xtables-nft-multi)
for program in "${programs[@]}"; do "$loader" --library-path "$libraries" --list "$program"; done >"$out/needed"
if grep 'not found' "$out/needed"; then exit 1; fi
mapfile -t needed < <(sed -n "s|.*=> $libraries/\(.*\) (.*|$libraries/\1|p" "$out/needed" | sort -u)
[ "${#needed[@]}" -ge 5 ] || { cat "$out/needed"; echo 'expected at least 5 libraries' >&2; exit 1; }
mkdir -p "$out"/tools/usr/{bin,sbin,lib64} "$out/tools/$libraries"
cp -L usr/bin/busybox "$out/tools/usr/bin/"
cp -L "${programs[@]}" "$out/tools/usr/sbin/"
cp -L "${needed[@]}" "$out/tools/$libraries/"
cp -r "$libraries/xtables" "$out/tools/$libraries/"
cp -L "$loader" "$out/tools/usr/lib64/"
for name in ip{,6}tables{,-save,-restore}; do ln -s xtables-nft-multi "$out/tools/usr/sbin/$name"; done
for name in nft iptables ip6tables-restore; do
  "$loader" --library-path "$out/tools/$libraries" --argv0 "$name" "$out/tools/usr/sbin/$name" --version
done
usr/bin/busybox | head -n 1 >"$out/busybox-version"
cd "$out" && rm -rf extract extract.tar apt.conf needed

#!/bin/bash
# kernel.sh OUT: a user-mode Linux kernel from Debian's kernel source, as OUT/linux.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "$1"); work=$out/work; mkdir -p "$work"; cd "$work"
# shellcheck source-path=SCRIPTDIR source=debian.sh
. "$here/debian.sh"

# The family the lab was proven with. Backports keep only the newest families, so take what is there and say so.
want=linux-source-7.2
echo "reading trixie-backports"
apt_suite "$work/apt" trixie-backports
package=$want
if ! apt-cache "${apt_opts[@]}" show "$want" 2>/dev/null | grep "^Package:" > found; then
  package=$(apt-cache "${apt_opts[@]}" pkgnames linux-source- | grep -E '^linux-source-[0-9]+\.[0-9]+$' | sort -V | tail -1 || true)
  [ -n "$package" ] || { echo "no linux-source package in trixie-backports" >&2; exit 1; }
  echo "NOTE: $want is gone from trixie-backports, taking $package" | tee "$out/note"
fi
echo "downloading $package"
apt-get "${apt_opts[@]}" download "$package"
deb=$(echo "$package"_*.deb)
echo "unpacking $deb"
dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" | tar -xJ
cd "$package"

# The kubelet refuses to start without a `cpu MHz` line in /proc/cpuinfo, and user-mode Linux prints none.
cpuinfo=arch/um/kernel/um_arch.c
sed -i '/seq_printf(m, "mode\\t/a\
	seq_printf(m, "cpu MHz\\t\\t: %lu.000\\n", loops_per_jiffy / (500000 / HZ) / 2);' $cpuinfo
grep -q 'cpu MHz\\t\\t: %lu' $cpuinfo || { echo "$cpuinfo: expected a line printing \"mode\", found none; the cpu MHz patch needs a new place" >&2; exit 1; }

make ARCH=um defconfig
ARCH=um scripts/kconfig/merge_config.sh -m .config "$here/kernel.config"
make ARCH=um olddefconfig
grep -q '^CONFIG_SMP=y' .config && { echo "SMP came on; the lab's block device hangs with it" >&2; exit 1; }
make ARCH=um -j"$(nproc)" linux

cp linux "$out/linux"
echo "$deb" > "$out/version"
cd "$out" && rm -rf "$work"

#!/bin/bash
# rootfs.sh OUT PACKAGES TOOLS KEYS: the disk of a lab host without images, as OUT/disk.img (ext4, sparse), from the
# folders that packages.sh, tools.sh and keys.sh filled.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "$1") packages=$2 tools=$3 keys=$4; root=$out/root

echo "unpacking"
mkdir "$root"
tar -C "$root" --numeric-owner --xattrs --xattrs-include='*' -xf "$packages/root.tar.zst"
tar -C "$tools" --owner=root --group=root -c . | tar -C "$root" -x --no-overwrite-dir

echo "configuring"
rm -f "$root"/etc/ssh/ssh_host_*
install -m 600 "$keys/host_key" "$root/etc/ssh/ssh_host_ed25519_key"
install -m 644 "$keys/known_hosts" "$root/etc/ssh/ssh_known_hosts"
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
tar -C "$here/guest" --owner=root --group=root -c . | tar -C "$root" -x --no-overwrite-dir

# Machine id and host name come from the kernel command line. An empty file, not a missing one: systemd would
# take the latter for a first boot and enable every service.
: > "$root/etc/machine-id"

# keys HOME: the one key of the lab opens every host from every host.
keys() {
  install -d -m 700 "$root$1/.ssh"
  install -m 600 "$keys/id" "$root$1/.ssh/id_ed25519"
  install -m 644 "$keys/id.pub" "$root$1/.ssh/id_ed25519.pub"
  install -m 600 "$keys/id.pub" "$root$1/.ssh/authorized_keys"
}
keys /root
mkdir -p "$root/var/lib/systemd/linger"
for user in alice:1001 bob:1002 carol:1003; do
  name=${user%:*}
  chroot "$root" useradd --create-home --shell /bin/bash --uid "${user#*:}" "$name" # gives subuids and subgids, too
  keys "/home/$name"
  touch "$root/var/lib/systemd/linger/$name"
done

# service USER UNIT: starts when the user's manager does, and that is at boot.
service() {
  install -d "$root/home/$1/.config/systemd/user/default.target.wants"
  ln -s "/etc/systemd/user/$2" "$root/home/$1/.config/systemd/user/default.target.wants/$2"
}
# bob's Docker: a context, so that `docker` works in any kind of session. nerdctl needs none.
service bob docker.service
service carol containerd.service
chroot "$root" env HOME=/home/bob docker context create rootless --docker host=unix:///run/user/1002/docker.sock
chroot "$root" env HOME=/home/bob docker context use rootless
for user in alice bob carol; do chroot "$root" chown -R "$user:$user" "/home/$user"; done

# Off: what runs as root or on a timer, and what a host with one console and no modules waits for at boot.
units() { systemctl --root="$root" "$@" 2>&1; }
units enable lab-host.service ssh.service
units disable docker.service docker.socket containerd.service podman.service podman.socket netavark-dhcp-proxy.socket \
  docker-registry.service
units mask getty@.service serial-getty@.service console-getty.service systemd-networkd.service iperf3.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer podman-auto-update.timer \
  systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-udev-trigger.service \
  systemd-modules-load.service modprobe@.service netavark-dhcp-proxy.service user@0.service

# Every login would run these.
rm -f "$root"/etc/update-motd.d/* "$root/etc/motd"

echo "making the file system"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*.log
truncate -s 24G "$out/disk.img"
# The file is all holes, so nothing needs zeroing, neither now nor by the guest (which would fill its disk in memory).
mke2fs -q -F -t ext4 -L lab -m 1 -E assume_storage_prezeroed=1,root_owner=0:0 -d "$root" "$out/disk.img"
rm -rf "$root"

#!/bin/sh
# Installs the Debian packages that the tests need: deps.sh [build] [demo] [nix] [vm] [bochs]; default: all
# but bochs, which no test needs unless it is asked for (BOOTPROBE_BOCHS=1).
# Silent and cheap where everything is there. Needs root only when something is missing.
set -eu

build="gcc clang libclang-rt-dev meson ninja-build pkg-config libc6-dev libudev-dev libkmod-dev
	libblkid-dev libjansson-dev libarchive-dev libnbd-dev check kmod zstd python3 python3-jsonschema dosfstools e2fsprogs
	fdisk gdisk parted qemu-utils acpica-tools scdoc strace systemd-journal-remote"
demo="python3 python3-jsonschema qemu-system-x86 seabios dracut-core udev kmod cpio e2fsprogs
	busybox-static"
nix="nix-bin musl-tools busybox-static python3 python3-jsonschema"
vm="$demo zstd nix-bin ovmf mmdebstrap debian-archive-keyring nbdkit acpica-tools squashfs-tools
	ipxe-qemu systemd-boot-efi strace binutils fdisk mtools gcc libc6-dev"

bochs="bochs bochs-term bochsbios grub-common grub-pc-bin xorriso"

wanted=
for group in "${@:-build demo nix vm}"; do
	for name in $group; do
		case $name in
		build) wanted="$wanted $build" ;;
		demo) wanted="$wanted gcc meson ninja-build pkg-config libc6-dev libudev-dev libkmod-dev
			libblkid-dev libjansson-dev libarchive-dev $demo" ;;
		nix) wanted="$wanted gcc meson ninja-build pkg-config libudev-dev libkmod-dev libblkid-dev
			libjansson-dev libarchive-dev libnbd-dev $nix" ;;
		vm) wanted="$wanted $vm" ;;
		bochs) wanted="$wanted $vm $bochs" ;;
		*) echo "deps.sh: no group $name" >&2; exit 2 ;;
		esac
	done
done

missing=
for package in $wanted; do
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done

has_lists() { [ -n "$(apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages')" ]; }

[ -n "$missing" ] || has_lists || missing=" "
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: run as root, or install:$missing" >&2
	exit 1
fi

export DEBIAN_FRONTEND=noninteractive
exec </dev/null
apt-get -q update
# shellcheck disable=SC2086
apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends $missing

#!/bin/sh
# Sourced by dracut's init: no variable, descriptor or exit status of it is changed here. The
# subshell is for the descriptors: dash redirects its own before it starts a program.
(exec /usr/lib/bootprobe/bootprobe-hook finish --root "${NEWROOT:-/sysroot}" </dev/null >/dev/null 2>&1) || :

#!/bin/sh
# Usage: unshare --net --mount --pid --fork --kill-child sh ippeveprinter.sh SPOOL SECONDS FORMATS COMMAND…
# Start CUPS's ippeveprinter on port 8631 of this private network, then run COMMAND.
# It listens on every address and needs avahi, which needs dbus: hence a network and a /run apart,
# and a process namespace, whose end ends them all.
set -eu
spool=$1 seconds=$2 formats=$3
shift 3
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/avahi-daemon
dbus-daemon --system --fork --nopidfile
avahi-daemon --no-drop-root --no-chroot --no-rlimits --daemonize >&2
printf '#!/bin/sh\nsleep %s\n' "$seconds" > /run/print
chmod +x /run/print
ippeveprinter -k -d "$spool" -p 8631 -n localhost -f "$formats" -c /run/print Peer >&2 &
tries=0
until ipptool -T 2 ipp://localhost:8631/ipp/print get-printer-attributes.test >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || exit 9
    sleep 0.5
done
"$@"

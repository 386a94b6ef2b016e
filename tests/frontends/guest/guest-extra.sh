#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Run in a lab guest when its scenario's state is reached (LAB_GUEST_EXTRA): what the running kernel
# says of itself. tests/frontends/kcore-lab.sh looks at what this leaves and prints.
out=/out/extra

# times of whole runs, from exec to exit
for _ in $(seq 7); do
    time /zdm ranges --json /proc/kcore >$out/ranges.json
    echo "exit $?"
done
/zdm summary /proc/kcore >$out/summary.txt

# what else can be made of it: a layout file, a capsule, what a dump would leave out
/zdm layout /proc/kcore --output $out/layout && echo "layout $?"
/zdm ranges --layout $out/layout --json /proc/kcore >$out/ranges-layout.json
/zdm capsule /proc/kcore $out/capsule && echo "capsule $?"
/zdm carve --dry-run /proc/kcore >$out/dry-run.txt && echo "dry-run $?"
/zdm carve /proc/kcore $out/carved 2>$out/carve.txt
echo "carve $?"

# not root
mkdir -p /etc
echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd
echo 'nogroup:x:65534:' >/etc/group
start-stop-daemon -S -c nobody:nogroup -x /zdm -- summary /proc/kcore 2>$out/nobody.txt
echo "nobody $?"

# memory that comes and goes while it is looked at
block=$(grep -l offline /sys/devices/system/memory/memory*/state | head -n 1)
[ -n "$block" ] || exit 0
while [ ! -e /tmp/enough ]; do
    echo online_movable >"$block"
    echo offline >"$block"
done 2>/dev/null &
for _ in $(seq 20); do
    /zdm ranges /proc/kcore >/dev/null 2>>$out/hotplug.txt
    echo "hotplug $?"
done
touch /tmp/enough
wait

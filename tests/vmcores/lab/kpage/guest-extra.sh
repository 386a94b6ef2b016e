# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Runs in the guest (LAB_GUEST_EXTRA): makes pages of many kinds, then the
# snapshots go on until the dump.
# The sampling that newer kernels start by themselves marks pages idle between a snapshot and the dump.
damon=/sys/module/damon_stat/parameters/enabled
[ ! -w $damon ] || { echo "damon_stat was $(cat $damon)"; echo N >$damon; }
echo 4 >/proc/sys/vm/nr_hugepages
echo 1 >/sys/kernel/mm/ksm/run
cg=/tmp/cgroup
mkdir -p $cg
if mount -t cgroup2 none $cg && echo +memory >$cg/cgroup.subtree_control; then
    # a cgroup that is gone while its pages are not: they count for its parent
    mkdir $cg/outer
    echo +memory >$cg/outer/cgroup.subtree_control
    mkdir $cg/outer/gone $cg/snap
    sh -c "echo \$\$ >$cg/outer/gone/cgroup.procs; head -c 300000 /dev/zero >/dev/zdm-of-gone"
    rmdir $cg/outer/gone && echo "a cgroup is gone"
fi
sh -c "echo \$\$ >$cg/snap/cgroup.procs; exec /kpage_snap >/tmp/kpage 2>/tmp/kpage.err" &
n=0
while [ ! -s /tmp/kpage ]; do
    n=$((n + 1))
    [ $n -le 600 ] || { cat /tmp/kpage.err; exit 1; }
    usleep 100000
done
cat /tmp/kpage.err
cp /tmp/kpage /out/extra/kpage
echo "the header is in page frame $(cat /tmp/kpage)"

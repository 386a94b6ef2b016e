# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # init's to use
# How the kernel is brought down for a kdump. Sourced by init.

scenario_crash=sysrq_crash

sysrq_crash() {
    echo c >/proc/sysrq-trigger
}

# oops MODE: an fsdax namespace, and an oops of zdm_oops.ko in place of sysrq's (+kdump only)
scenario_oops() {
    oops_mode=$2
    scenario_fsdax fsdax dev
    ns=$(cat /sys/bus/nd/devices/namespace0.0/resource)
    echo "fact oops $(pfn "$ns") $oops_mode" >>/tmp/facts
    scenario_crash=oops_crash
}

oops_crash() {
    insmod /kmod/zdm_oops.ko first_pfn="$(pfn "$ns")" mode="$oops_mode"
}

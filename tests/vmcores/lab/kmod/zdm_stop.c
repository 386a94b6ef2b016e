// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stops the kernel for good at a probe point, so that a state that lasts microseconds can be
 * dumped. The testimony is given on the spot, into memory; the host is told on the first serial
 * port, by hand, where it lies ("ZDM-LAB: halted ADDRESS LENGTH"). A byte from the host (zdm_serial.h)
 * lets the kernel panic, for a kdump.
 */
#ifdef ZDM_IMAGE
#include "zdm_image.h"
#else
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#endif
#include "zdm_serial.h"
#include "zdm_testimony.h"

#define MAX_SYMBOLS 8

static char *symbol[MAX_SYMBOLS];
static int nr_symbol;
module_param_array(symbol, charp, &nr_symbol, 0);
MODULE_PARM_DESC(symbol, "where to stop; of several the first that can be probed (names vary)");
static int skip[MAX_SYMBOLS];
static int nr_skip;
module_param_array(skip, int, &nr_skip, 0);
MODULE_PARM_DESC(skip, "how many hits to let pass, for each symbol");
static bool at_return;
module_param(at_return, bool, 0);
MODULE_PARM_DESC(at_return, "stop when the function is done, not when it begins");

static char *text;
static atomic_t hits_left;

static void tell_host(const char *s)
{
	for (; *s; s++)
		zdm_serial_put(*s);
}

static void stop_here(void)
{
	char line[80];
	long len;

	if (atomic_dec_return(&hits_left) != -1)
		return;
	local_irq_disable();
	len = zdm_testimony_write(text, ZDM_TESTIMONY_BYTES);
	if (len < 0)
		snprintf(line, sizeof(line), "\nZDM-LAB: failed testimony: %ld\n", len);
	else
		snprintf(line, sizeof(line), "\nZDM-LAB: halted 0x%lx %ld\n",
			 (unsigned long)text, len);
	tell_host(line);
	while (!zdm_serial_heard())
		cpu_relax();
	panic("zdm: stopped on purpose");
}

static int before(struct kprobe *p, struct pt_regs *regs)
{
	stop_here();
	return 0;
}

static int after(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	stop_here();
	return 0;
}

static struct kprobe probe = { .pre_handler = before };
static struct kretprobe retprobe = { .handler = after, .maxactive = 4 };

static int __init stop_init(void)
{
	int i, rc;

	rc = zdm_serial_init();
	if (rc)
		return rc;
	rc = -EINVAL;
	text = vzalloc(ZDM_TESTIMONY_BYTES);
	if (!text)
		return -ENOMEM;
	for (i = 0; i < nr_symbol && rc; i++) {
		memset(&probe, 0, sizeof(probe));
		memset(&retprobe.kp, 0, sizeof(retprobe.kp));
		probe.pre_handler = before;
		probe.symbol_name = symbol[i];
		retprobe.kp.symbol_name = symbol[i];
		atomic_set(&hits_left, skip[i]);
		rc = at_return ? register_kretprobe(&retprobe) : register_kprobe(&probe);
		pr_info("zdm_stop: %s: %d\n", symbol[i], rc);
	}
	if (rc)
		vfree(text);
	return rc;
}

module_init(stop_init);
MODULE_DESCRIPTION("Stops the kernel at a probe point");
MODULE_LICENSE("GPL");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The serial port of QEMU's machine, by hand, for a kernel that is stopped: one byte out, and has the host
 * sent one?
 */
#ifndef ZDM_SERIAL_H
#define ZDM_SERIAL_H

#ifdef __aarch64__
/* The PL011 of "virt", which is also where the host answers */
#define PL011_BASE 0x09000000
#define PL011_FR 0x18	/* flags: bit 4 nothing received, bit 5 no room to send */

static void __iomem *zdm_pl011;

static int zdm_serial_init(void)
{
	zdm_pl011 = ioremap(PL011_BASE, 0x1000);
	return zdm_pl011 ? 0 : -ENOMEM;
}

static void zdm_serial_put(char c)
{
	while (readl(zdm_pl011 + PL011_FR) & 0x20)
		cpu_relax();
	writel(c, zdm_pl011);
}

static bool zdm_serial_heard(void)
{
	return !(readl(zdm_pl011 + PL011_FR) & 0x10);
}
#else
#define COM1 0x3f8
#define COM2 0x2f8
#define COM_LSR 5	/* line status register: bit 0 data ready, bit 5 may send */

static int zdm_serial_init(void)
{
	return 0;
}

static void zdm_serial_put(char c)
{
	while (!(inb(COM1 + COM_LSR) & 0x20))
		cpu_relax();
	outb(c, COM1);
}

static bool zdm_serial_heard(void)
{
	return inb(COM2 + COM_LSR) & 1;
}
#endif
#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tells QEMU where the VMCOREINFO note lies, for guests whose kernel comes without the driver
 * qemu_fw_cfg. The parameters are the two words of /sys/kernel/vmcoreinfo. The interface is QEMU's
 * (docs/specs/fw_cfg.rst, vmcoreinfo.rst): port 0x510 selects a file, 0x511 reads it byte by byte,
 * 0x514 takes the address of a DMA request, all big-endian but for the file's own contents.
 */
#ifdef ZDM_IMAGE
#include "zdm_image.h"
#else
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#endif

enum { PORT_SELECT = 0x510, PORT_DATA = 0x511, PORT_DMA = 0x514 };
enum { FILE_DIRECTORY = 0x19 };
enum { QEMU_ERROR = 1, QEMU_SELECT = 8, QEMU_WRITE = 16 };
enum { FORMAT_ELF = 1 };

static unsigned long paddr, size;
module_param(paddr, ulong, 0);
module_param(size, ulong, 0);

struct file_entry {
	u32 size;
	u16 select, reserved;
	char name[56];
};

struct note_request {
	u32 control, length;
	u32 address_high, address_low;
	struct {
		u16 host_format, guest_format;
		u32 size;
		u64 paddr;
	} file;
};

static void read_bytes(void *to, size_t n)
{
	u8 *b = to;

	while (n--)
		*b++ = inb(PORT_DATA);
}

/* The number of the file, or 0. */
static u16 find_file(const char *name)
{
	struct file_entry e;
	u32 n;

	outw(FILE_DIRECTORY, PORT_SELECT);
	read_bytes(&n, sizeof(n));
	for (n = be32_to_cpu(n); n; n--) {
		read_bytes(&e, sizeof(e));
		e.name[sizeof(e.name) - 1] = 0;
		if (!strcmp(e.name, name))
			return be16_to_cpu(e.select);
	}
	return 0;
}

static int write_file(struct note_request *r, u16 file)
{
	unsigned long at = virt_to_phys(r);

	r->control = cpu_to_be32(file << 16 | QEMU_SELECT | QEMU_WRITE);
	r->length = cpu_to_be32(sizeof(r->file));
	r->address_high = cpu_to_be32((at + offsetof(struct note_request, file)) >> 32);
	r->address_low = cpu_to_be32((u32)(at + offsetof(struct note_request, file)));
	outl(cpu_to_be32(at >> 32), PORT_DMA);
	outl(cpu_to_be32((u32)at), PORT_DMA + 4);
	while (READ_ONCE(r->control) & ~cpu_to_be32(QEMU_ERROR))
		cpu_relax();
	return r->control ? -EIO : 0;
}

static int __init vmcoreinfo_init(void)
{
	u16 file = find_file("etc/vmcoreinfo");
	struct note_request *r;
	int rc;

	if (!file || !paddr || !size)
		return -EINVAL;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	r->file.guest_format = FORMAT_ELF;
	r->file.size = size;
	r->file.paddr = paddr;
	rc = write_file(r, file);
	kfree(r);
	pr_info("zdm_vmcoreinfo: %d\n", rc);
	return rc;
}

module_init(vmcoreinfo_init);
MODULE_DESCRIPTION("Tells QEMU where VMCOREINFO lies");
MODULE_LICENSE("GPL");

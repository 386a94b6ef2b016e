// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "dumpfile/formats.h"

static const struct {
	const char *magic;
	size_t len;
	const char *hint;
} refused[] = {
	{ "\xfd" "7zXZ", 5, "compressed with xz: run xz -dk on it first" },
	{ "\x28\xb5\x2f\xfd", 4, "compressed with zstd: run zstd -d on it first" },
	{ "\x1f\x8b", 2, "compressed with gzip: run gzip -dk on it first" },
	{ "BZh", 3, "compressed with bzip2: run bzip2 -dk on it first" },
	{ "\x04\x22\x4d\x18", 4, "compressed with lz4: run lz4 -dk on it first" },
	{ "PAGEDU64", 8, "a Windows crash dump (QEMU's win-dmp): no Linux kernel is in it; "
	  "take the dump in another format" },
	{ "PAGEDUMP", 8, "a Windows crash dump (32 bits): no Linux kernel is in it" },
	{ "LibvirtQemudSave", 16, "a saved guest of libvirt, not a dump: take one with "
	  "virsh dump --memory-only" },
	{ "QEVM", 4, "a saved state of QEMU, not a dump: take one with dump-guest-memory" },
	{ "LinuxGuestRecord", 16, "a saved Xen guest: dumps of Xen machines are not supported" },
	{ "\xa8\x19\x01\x73\x61\x8f\x23\xfd", 8, "a dump of an s390 stand-alone dumper: "
	  "copy it with zgetdump -f elf first" },
};

const char *formats_refused(struct input *in)
{
	char head[16];
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (input_read(in, head, refused[i].len, 0) == ZDM_OK &&
		    !memcmp(head, refused[i].magic, refused[i].len))
			return refused[i].hint;
	return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * input: the bytes of a dump file by offset, whether it is a plain file, a
 * device, or a flattened stream. A byte that is not there is never a zero.
 */
#ifndef ZDM_DUMPFILE_INPUT_H
#define ZDM_DUMPFILE_INPUT_H

#include <zdm/reader.h>

struct flattened;

#define INPUT_NEAR_BYTES 4096u

struct input {
	int fd;
	uint64_t file_bytes;	/* of the file when it was opened; UINT64_MAX: a device */
	uint64_t bytes;		/* of the dump: another number where it is flattened */
	struct flattened *flat;	/* NULL: a plain file */
	bool cut_off;		/* flattened, and its end mark is missing */
	bool shrunk;		/* the file became shorter since it was opened */
	int failed;		/* errno of a read that failed, 0: none did */
	/* what stood around the last small read: a capsule has 8 bytes here and 8 there */
	uint64_t near_off;
	uint32_t near_len;
	uint8_t near[INPUT_NEAR_BYTES];
};

/*
 * Open a file; work_fn (may be NULL) hears of every stretch that is read.
 * ZDM_OK; or another status with one line in err that does not name the file.
 * input_close() is due only after ZDM_OK.
 */
enum zdm_status input_open(struct input *in, const char *path, char *err, size_t err_len);
void input_close(struct input *in);

/*
 * All of len bytes at off: ZDM_OK; ZDM_ABSENT: they lie behind the end, or in
 * what a cut-off stream lost; ZDM_UNREADABLE: the file failed, or has shrunk;
 * ZDM_CORRUPT: a flattened stream has changed its mind.
 */
enum zdm_status input_read(struct input *in, void *buf, size_t len, uint64_t off);

/* Does the file have the byte at off, and up to where (exclusive) the same. */
bool input_stored(const struct input *in, uint64_t off, uint64_t *end_off);

/* Do nr records of size bytes fit in front of the end? */
bool input_holds(const struct input *in, uint64_t off, uint64_t nr, uint64_t size);

/* The next byte at or behind off that is no hole of the file; off if nobody knows. */
uint64_t input_next_data(const struct input *in, uint64_t off);

/* Is the file still as long as it was? False from then on. */
bool input_whole(struct input *in);

#endif

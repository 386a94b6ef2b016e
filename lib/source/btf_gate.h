/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gate in front of libbpf: only BTF that it can parse goes through.
 */
#ifndef ZDM_LIB_SOURCE_BTF_GATE_H
#define ZDM_LIB_SOURCE_BTF_GATE_H

#include <zdm/reader.h>

struct zdm_btf_gate {
	const void *data;	/* what to parse: the input, or owned */
	size_t len;
	void *owned;		/* free() it afterwards; NULL: the input was fine */
	bool complete;		/* false: types behind an unknown kind are lost */
};

/* The size of a BTF header, before anything else is read; see zdm_btf_header_check(). */
#define ZDM_BTF_HEADER_BYTES 24

/* Does the header of a BTF of len bytes look true? CORRUPT, or UNSUPPORTED for another version. */
enum zdm_status zdm_btf_header_check(const void *header, uint64_t len);

/*
 * Check every type; a kind that libbpf 1.1 does not know becomes an empty
 * declaration where the BTF says how long it is, so that the numbers of all
 * other types stay; else the types end there.
 */
enum zdm_status zdm_btf_gate_open(struct zdm_btf_gate *g, const void *data, size_t len);

#endif

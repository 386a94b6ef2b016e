// SPDX-License-Identifier: LGPL-2.1-or-later
/* Names of what the public enums say: the one place where they become text. */
#include <string.h>

#include <zdm/zdm.h>
#include <zdm/report.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct class_row {
	const char *name, *what, *wrong, *guard;
	int hildenbrand_case;
	char letter;
	bool of_interest;
};

static const struct class_row classes[ZDM_NR_CLASSES] = {
#define ZDM_CLASS_ROW(id, name, letter, nr, fate, bytes, interest, what, wrong, guard) \
	[ZDM_CLASS_##id] = { name, what, wrong, guard, nr, letter, interest },
#include <zdm/class.def>
#undef ZDM_CLASS_ROW
};

static const char *const memmaps[] = {
	[ZDM_MEMMAP_UNKNOWN] = "unknown",
	[ZDM_MEMMAP_NONE] = "none",
	[ZDM_MEMMAP_RAM] = "ram",
	[ZDM_MEMMAP_ALTMAP] = "altmap",
};

static const char *const in_dumps[] = {
	[ZDM_IN_DUMP_UNKNOWN] = "unknown",
	[ZDM_IN_DUMP_NO] = "no",
	[ZDM_IN_DUMP_PARTLY] = "partly",
	[ZDM_IN_DUMP_YES] = "yes",
};

static const char *const tris[] = {
	[ZDM_UNKNOWN] = "unknown",
	[ZDM_NO] = "no",
	[ZDM_YES] = "yes",
};

static const char *const block_states[] = {
	[ZDM_BLOCK_UNKNOWN] = "unknown",
	[ZDM_BLOCK_ONLINE] = "online",
	[ZDM_BLOCK_OFFLINE] = "offline",
	[ZDM_BLOCK_GOING_ONLINE] = "going-online",
	[ZDM_BLOCK_GOING_OFFLINE] = "going-offline",
};

static const char *const statuses[] = {
	[ZDM_OK] = "ok",
	[ZDM_ABSENT] = "absent",
	[ZDM_UNREADABLE] = "unreadable",
	[ZDM_CORRUPT] = "corrupt",
	[ZDM_NOMEM] = "out of memory",
	[ZDM_INVAL] = "invalid",
	[ZDM_UNSUPPORTED] = "unsupported",
	[ZDM_IO] = "input or output error",
	[ZDM_STOPPED] = "stopped",
	[ZDM_AMBIGUOUS] = "ambiguous",
};

/* A value that no row names, as from a host with a newer header. */
static const char *pick(const char *const *names, size_t nr, unsigned int i)
{
	return i < nr ? names[i] : "?";
}

static const struct class_row *row_of(enum zdm_class cls)
{
	static const struct class_row none = { .name = "?", .what = "?", .letter = '?' };

	return (unsigned int)cls < ZDM_NR_CLASSES ? &classes[cls] : &none;
}

const char *zdm_class_name(enum zdm_class cls)
{
	return row_of(cls)->name;
}

const char *zdm_class_what(enum zdm_class cls)
{
	return row_of(cls)->what;
}

const char *zdm_class_wrong(enum zdm_class cls)
{
	return row_of(cls)->wrong;
}

const char *zdm_class_guard(enum zdm_class cls)
{
	return row_of(cls)->guard;
}

char zdm_class_letter(enum zdm_class cls)
{
	return row_of(cls)->letter;
}

bool zdm_class_of_interest(enum zdm_class cls)
{
	return row_of(cls)->of_interest;
}

int zdm_class_case(enum zdm_class cls)
{
	return row_of(cls)->hildenbrand_case;
}

/* The list's device memory (2) is initialised, and nothing else of it is. */
int zdm_verdict_case(enum zdm_class cls, enum zdm_tri valid)
{
	return valid == (cls == ZDM_CLASS_DEVICE ? ZDM_YES : ZDM_NO) ? zdm_class_case(cls) : 0;
}

int zdm_class_parse(const char *name)
{
	int i;

	for (i = 0; i < ZDM_NR_CLASSES; i++)
		if (!strcmp(name, classes[i].name))
			return i;
	return ZDM_CLASS_ANY;
}

const char *zdm_memmap_name(enum zdm_memmap where)
{
	return pick(memmaps, ARRAY_SIZE(memmaps), where);
}

const char *zdm_in_dump_name(enum zdm_in_dump in_dump)
{
	return pick(in_dumps, ARRAY_SIZE(in_dumps), in_dump);
}

const char *zdm_tri_name(enum zdm_tri tri)
{
	return pick(tris, ARRAY_SIZE(tris), tri);
}

const char *zdm_block_state_name(enum zdm_block_state state)
{
	return pick(block_states, ARRAY_SIZE(block_states), state);
}

const char *zdm_status_name(enum zdm_status status)
{
	return pick(statuses, ARRAY_SIZE(statuses), status);
}

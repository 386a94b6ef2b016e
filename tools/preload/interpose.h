/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * interpose: giving our functions the names of libc's.
 *
 * They have private names in C, since the headers declare the public ones in
 * ways that differ (fortified, redirected to 64 bits), and get the public one
 * from the assembler. off_t is 64 bits wide, so `open64` and `open` are one.
 */
#ifndef ZDM_PRELOAD_INTERPOSE_H
#define ZDM_PRELOAD_INTERPOSE_H

/* Goes before a definition: declares `fn` with `type`, exported as `name`. */
#define NAMED(name) __asm__(name) __attribute__((visibility("default")))

/* A further name for the function that is exported as `name`. */
#define ALSO(fn, name, other) \
	extern __typeof__(fn) fn##_##other __asm__(#other) \
		__attribute__((alias(name), visibility("default")))

#endif

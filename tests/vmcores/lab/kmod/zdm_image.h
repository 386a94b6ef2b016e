/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for the kernel's headers where none are served: lib/kmod.sh builds against the image
 * alone. Types come from its BTF (vmlinux.h), prototypes of what it exports, too (functions.h).
 * What is left are macros and inline functions, of which an image has no trace: they are stated here
 * anew, for x86-64 with SPARSEMEM_VMEMMAP, kernels 6.12 on. Nothing of zdm is used.
 */
#ifndef ZDM_IMAGE_H
#define ZDM_IMAGE_H

#define BPF_NO_PRESERVE_ACCESS_INDEX	/* vmlinux.h is mostly made for BPF */
#include "vmlinux.h"
#include "functions.h"

/* The language */
#define NULL ((void *)0)
#define noinline __attribute__((noinline))
#define __init
#define __exit
#define __user
#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define offsetof(type, member) __builtin_offsetof(type, member)
typedef __builtin_va_list va_list;
#define va_start(ap, last) __builtin_va_start(ap, last)
#define va_end(ap) __builtin_va_end(ap)

/* gcc calls these by itself; all are exported */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* Errors: numbers of the user space ABI, in pointers as the last page of addresses */
enum { EIO = 5, ENOMEM = 12, EINVAL = 22, ENOSPC = 28, MAX_ERRNO = 4095 };
#define IS_ERR(p) ((unsigned long)(p) >= (unsigned long)-MAX_ERRNO)
#define PTR_ERR(p) ((long)(p))

/* The log: a control byte and a digit before the text are its level */
int _printk(const char *fmt, ...);
#define pr_err(...) _printk("\001" "3" __VA_ARGS__)
#define pr_info(...) _printk("\001" "6" __VA_ARGS__)

/* A module. zdm_module.c has what there is once in each. */
#define ZDM_JOIN_(a, b) a##b
#define ZDM_JOIN(a, b) ZDM_JOIN_(a, b)
#define ZDM_MODINFO(tag, text)							\
	static const char ZDM_JOIN(zdm_modinfo_, __COUNTER__)[]			\
	__attribute__((section(".modinfo"), used, aligned(1))) = tag "=" text
#define MODULE_LICENSE(text) ZDM_MODINFO("license", text)
#define MODULE_DESCRIPTION(text) ZDM_MODINFO("description", text)
#define MODULE_PARM_DESC(name, text) ZDM_MODINFO("parm", #name ":" text)
#define module_init(fn) int init_module(void) __attribute__((alias(#fn)))
#define module_exit(fn) void cleanup_module(void) __attribute__((alias(#fn)))

/*
 * An export is a row of offsets, each relative to itself. Until 7.0 the GPL has a table of its own;
 * later a byte for each row says so (zero: for all). A row in the table for all does on both.
 */
#define EXPORT_SYMBOL_GPL(name)							\
	asm(".pushsection __ksymtab_strings, \"aMS\", @progbits, 1\n"		\
	    "zdm_str_" #name ": .asciz \"" #name "\"\n"				\
	    "zdm_none_" #name ": .asciz \"\"\n.popsection\n"			\
	    ".pushsection __ksymtab, \"a\"\n.balign 4\n"			\
	    ".long " #name " - .\n.long zdm_str_" #name " - .\n"		\
	    ".long zdm_none_" #name " - .\n.popsection\n"			\
	    ".pushsection __kflagstab, \"a\"\n.byte 0\n.popsection")

/* Parameters: a section full of struct kernel_param */
extern const struct kernel_param_ops param_ops_bool, param_ops_charp, param_ops_int,
	param_ops_ulong, param_array_ops;
#define ZDM_PARAM(label, ops_, ...)						\
	static const struct kernel_param zdm_param_##label			\
	__attribute__((section("__param"), used, aligned(sizeof(void *)))) = {	\
		.name = #label, .ops = &(ops_), .level = -1, __VA_ARGS__ }
#define module_param_named(label, var, type, mode)				\
	ZDM_PARAM(label, param_ops_##type, .arg = &(var))
#define module_param(var, type, mode) module_param_named(var, var, type, mode)
#define module_param_array(var, type, count, mode)				\
	static const struct kparam_array zdm_array_##var = {			\
		.max = ARRAY_SIZE(var), .elemsize = sizeof((var)[0]),		\
		.num = count, .ops = &param_ops_##type, .elem = var };		\
	ZDM_PARAM(var, param_array_ops, .arr = &zdm_array_##var)

/* Processor and ports */
#define cpu_relax() asm volatile("pause" ::: "memory")
#define local_irq_disable() asm volatile("cli" ::: "memory")
static inline unsigned char inb(unsigned short port)
{
	unsigned char v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline void outb(unsigned char v, unsigned short port)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void outw(unsigned short v, unsigned short port)
{
	asm volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void outl(unsigned int v, unsigned short port)
{
	asm volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

#define cpu_to_be32(v) __builtin_bswap32(v)
#define be32_to_cpu(v) __builtin_bswap32(v)
#define be16_to_cpu(v) __builtin_bswap16(v)
#define atomic_set(a, v) __atomic_store_n(&(a)->counter, v, __ATOMIC_SEQ_CST)
#define atomic_dec_return(a) __atomic_sub_fetch(&(a)->counter, 1, __ATOMIC_SEQ_CST)

/* Memory */
extern unsigned long page_offset_base, vmemmap_base;
#define PAGE_SIZE 4096UL
#define PHYS_PFN(paddr) ((unsigned long)(paddr) / PAGE_SIZE)
/* of what kmalloc() gives, which lies in the direct map */
#define virt_to_phys(p) ((unsigned long)(p) - page_offset_base)
#define GFP_KERNEL ((1U << ___GFP_DIRECT_RECLAIM_BIT) | (1U << ___GFP_KSWAPD_RECLAIM_BIT) |	\
		    (1U << ___GFP_IO_BIT) | (1U << ___GFP_FS_BIT))
void *__kmalloc_noprof(size_t size, gfp_t flags);
void *vzalloc_noprof(unsigned long size);
#define kzalloc(size, gfp) __kmalloc_noprof(size, (gfp) | (1U << ___GFP_ZERO_BIT))
#define vzalloc(size) vzalloc_noprof(size)
extern struct resource iomem_resource;
extern struct uts_namespace init_uts_ns;
#define utsname() (&init_uts_ns.name)

#include "zdm_image_memmap.h"

#endif

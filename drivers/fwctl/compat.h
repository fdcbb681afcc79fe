/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compatibility with kernels older than the one that the sources are for.
 *
 * Builds outside the kernel tree include this file by the compiler's command
 * line; builds inside do not have it. So no other file knows about versions.
 */
#ifndef __FWCTL_COMPAT_H
#define __FWCTL_COMPAT_H

#include <linux/export.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/version.h>

/* Outside the kernel tree, each module has the version of its release. */
#ifdef FWCTL_VERSION
#undef MODULE_DESCRIPTION
#define MODULE_DESCRIPTION(desc) \
	MODULE_INFO(description, desc); MODULE_VERSION(FWCTL_VERSION)
#endif

/* 6.13: symbol namespaces are strings. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns)	MODULE_INFO(import_ns, ns)
#undef EXPORT_SYMBOL_NS_GPL
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	__EXPORT_SYMBOL(sym, "_gpl", ns)
#else
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	__EXPORT_SYMBOL(sym, "GPL", ns)
#endif
#endif

/* 6.2: class.devnode takes a const device. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define fwctl_devnode(_dev, _mode)	fwctl_devnode(struct device *dev, _mode)
#endif

/* 6.4: bus attributes take a const bus. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define new_device_store(_bus, _buf, _len) \
	new_device_store(struct bus_type *bus, _buf, _len)
#define del_device_store(_bus, _buf, _len) \
	del_device_store(struct bus_type *bus, _buf, _len)
#endif

/*
 * 6.8: multicasts with a filter, which is called for each socket that the message is
 * for. A buffer with two references is cloned before the first such socket gets it.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define genlmsg_multicast_netns_filtered(_family, _net, _skb, _portid, _group,	\
					 _flags, _filter, _data)		\
({										\
	struct sk_buff *__skb = skb_get(_skb);					\
	int __err = genlmsg_multicast_netns(_family, _net, __skb, _portid,	\
					    _group, _flags);			\
										\
	if (__skb->cloned)							\
		_filter(NULL, __skb, _data);					\
	consume_skb(__skb);							\
	__err;									\
})
#endif

/* 6.16: functions of binary attributes take a const attribute. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define fwctl_scope_max_read(_file, _kobj, _attr, _page, _pos, _count) \
	fwctl_scope_max_read(_file, _kobj, struct bin_attribute *attr, \
			     _page, _pos, _count)
#define fwctl_scope_max_write(_file, _kobj, _attr, _page, _pos, _count) \
	fwctl_scope_max_write(_file, _kobj, struct bin_attribute *attr, \
			      _page, _pos, _count)
#endif

/* 6.15: older kernels accept the taint flag, but print no letter for it. */
#ifndef TAINT_FWCTL
#define TAINT_FWCTL	19
#endif

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The features with known fields.
 *
 * Sources: CXL specification 3.2, sections 8.2.10.7.2 (maintenance) and 8.2.10.9.11
 * (scrub), by the tables that QEMU's include/hw/cxl/cxl_device.h and Linux's
 * drivers/cxl/core/edac.c name: 8-222 and 8-223 (patrol scrub), 8-225 and 8-226 (ECS),
 * 8-128 and 8-129 (sPPR), 8-131 and 8-132 (hPPR), 8-134 and 8-135 (sparing). UUIDs:
 * QEMU's hw/cxl/cxl-mailbox-utils.c. Meanings: Documentation/edac of Linux.
 */
#include "cxl.h"

/* A field that can be set, and one that cannot. */
#define RW(name, get, set, width, flags, names, about)			\
	{ name, about, NULL, names, NULL, get, set, width, flags }
#define RO(name, get, width, flags, names, about)			\
	{ name, about, NULL, names, NULL, get, CXL_NOT_SET, width, flags }

static const struct cxl_name off_on[] = { { 0, "off" }, { 1, "on" }, {} };
static const struct cxl_name no_yes[] = { { 0, "no" }, { 1, "yes" }, {} };
static const struct cxl_name yes_no[] = { { 0, "yes" }, { 1, "no" }, {} };

static const struct cxl_field patrol_scrub[] = {
	{ "hours", "time of a scrub of all memory", "hours", NULL, "least-hours",
	  8, 0, 8, 0 },
	RW("enabled", 24, 8, 1, 0, off_on, "the device scrubs in the background"),
	{ "least-hours", "shortest time that the device can keep", "hours", NULL,
	  NULL, 16, CXL_NOT_SET, 8, 0 },
	RO("changeable", 0, 1, 0, no_yes, "hours can be changed"),
	RO("realtime", 1, 1, 0, no_yes, "errors are reported when they are found"),
	{}
};

static const struct cxl_name ecs_entries[] = {
	{ 0, "per-dram" }, { 1, "per-fru" }, {}
};

static const struct cxl_name ecs_thresholds[] = {
	{ 3, "256" }, { 4, "1024" }, { 5, "4096" }, {}
};

static const struct cxl_name ecs_modes[] = {
	{ 0, "rows" }, { 1, "codewords" }, {}
};

/* DDR5 error check scrub; an element for each field replaceable unit (FRU). */
static const struct cxl_field ecs[] = {
	RW("log-entry", 0, 0, 2, 0, ecs_entries, "unit that an entry of the log is about"),
	{ "threshold", "errors per Gb of memory cells from which on they are logged",
	  "errors", ecs_thresholds, NULL, 8, 0, 3, CXL_EACH },
	RW("mode", 11, 3, 1, CXL_EACH, ecs_modes,
	   "counted: rows with errors, or codewords"),
	RW("reset-counter", 12, 4, 1, CXL_EACH | CXL_ACTION, off_on,
	   "on: set the counter of errors to its default"),
	RO("realtime", 0, 1, CXL_EACH, no_yes,
	   "errors are reported when they are found"),
	{}
};

/* Fields of all maintenance features. QEMU's header explains one value of the time. */
#define DEVICE_INITIATED						\
	RW("device-initiated", 24, 0, 1, 0, off_on,			\
	   "the device begins operations by itself")
#define INITIATED_SUPPORTED						\
	RO("device-initiated-supported", 8, 1, 0, no_yes,		\
	   "the device can begin operations by itself")
#define MAX_LATENCY							\
	RO("max-latency", 0, 8, 0, NULL,				\
	   "longest time of an operation, encoded; 5: 100 ms")
#define OP_CLASS							\
	RO("class", 40, 8, 0, NULL, "class of the operation")
#define OP_SUBCLASS							\
	RO("subclass", 48, 8, 0, NULL, "subclass of the operation")

/* Soft and hard post package repair have the same fields. */
static const struct cxl_field ppr[] = {
	DEVICE_INITIATED,
	RW("sparing-record", 152, 16, 1, 0, off_on,
	   "a repair makes a memory sparing event record"),
	RW("at-boot", 153, 17, 1, 0, off_on, "the device repairs by itself at boot"),
	INITIATED_SUPPORTED, MAX_LATENCY, OP_CLASS, OP_SUBCLASS,
	RO("dpa-supported", 128, 1, 0, no_yes,
	   "an operation can name a device physical address"),
	RO("nibble-supported", 129, 1, 0, no_yes, "an operation can name nibbles"),
	RO("sparing-record-supported", 130, 1, 0, no_yes,
	   "a repair can make a memory sparing event record"),
	RO("at-boot-supported", 131, 1, 0, no_yes,
	   "the device can repair by itself at boot"),
	RO("media-accessible", 136, 1, 0, yes_no,
	   "memory can be used during a repair"),
	RO("data-retained", 138, 1, 0, yes_no, "a repair keeps the data"),
	{}
};

/* The four kinds of memory sparing have the same fields. */
static const struct cxl_field sparing[] = {
	DEVICE_INITIATED,
	INITIATED_SUPPORTED, MAX_LATENCY, OP_CLASS, OP_SUBCLASS,
	RO("safe-in-use", 136, 1, 0, yes_no, "memory can be used during an operation"),
	RO("hard-supported", 137, 1, 0, no_yes, "a spare can be permanent"),
	RO("soft-supported", 138, 1, 0, no_yes, "a spare can last until a reset"),
	{}
};

const struct cxl_feature cxl_features[] = {
	{ "patrol-scrub", "96dad7d6-fde8-482b-a733-75774e06db8a",
	  "background scrub of all memory", patrol_scrub, 4, 2, 0, 0 },
	{ "ecs", "e5b13f22-2328-4a14-b8ba-b9691e893386",
	  "DDR5 error check scrub", ecs, 1, 1, 4, 2 },
	{ "soft-ppr", "892ba475-fad8-474e-9d3e-692c917568bb",
	  "post package repair until a reset", ppr, 20, 3, 0, 0 },
	{ "hard-ppr", "80ea4521-786f-4127-afb1-ec7459fb0e24",
	  "permanent post package repair", ppr, 20, 3, 0, 0 },
	{ "cacheline-sparing", "96c33386-91dd-44c7-9ecb-fdaf6503bac4",
	  "spares of cachelines", sparing, 19, 2, 0, 0 },
	{ "row-sparing", "450ebf67-b135-4f97-a498-c2d57f279bed",
	  "spares of rows", sparing, 19, 2, 0, 0 },
	{ "bank-sparing", "78b79636-90ac-4b64-a4ef-faac5d18a863",
	  "spares of banks", sparing, 19, 2, 0, 0 },
	{ "rank-sparing", "34dbaff5-0552-4281-8f76-da0b5e7a76a7",
	  "spares of ranks", sparing, 19, 2, 0, 0 },
	{}
};

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual ConnectX: the PCI functions of a card, their firmware, and the faults
 * that can be injected. struct vcx holds the state of one function, struct vcx_card
 * the state that the functions share.
 */
#ifndef VCX_H
#define VCX_H

#include "cmdq.h"
#include "dma.h"
#include "nvconfig.h"
#include "update.h"
#include "util.h"

#define VCX_BAR_SIZE	(32ull << 20)
#define VCX_UAR_SHIFT	12
#define VCX_UAR_FIRST	16u	/* the initialization segment occupies the pages below */
#define VCX_UAR_COUNT	1024u
#define VCX_UAR_BYTES	((u32)VCX_BAR_SIZE - (VCX_UAR_FIRST << VCX_UAR_SHIFT))
#define VCX_VECTORS	8u
#define VCX_MAX_EQS	128u
#define VCX_REG_MAX	272u	/* bytes of the longest register */
#define VCX_REG_INSTANCES 8u	/* most instances of a register: ports, lanes, priorities */
#define VCX_FUNCTIONS	2u
#define VCX_QUERIES	11u	/* lines of the table in queries.c */

#define FW_MINOR	41u
#define FW_SUBMINOR	1000u

/*
 * Diagnostic counters: sampled at a fixed period into a ring while they are
 * enabled. No sample is stored: its values are computed from its time.
 */
#define DIAG_COUNTERS		13u
#define DIAG_LOG_MAX_SAMPLES	12u
#define DIAG_LOG_MIN_PERIOD	15u	/* log2 of nanoseconds */

struct diag {
	u8 log_samples;
	u8 log_period;
	u8 flags;
	u16 count;
	u16 counters[DIAG_COUNTERS];	/* indices into the table in diag.c */
	u64 enabled_ns;
	u16 on_demand;			/* number of samples taken on demand */
};

/* Fills the page of debug capabilities, which lists the counters from byte 64 on. */
void diag_caps(u8 *page);

/*
 * Objects that commands create and objects that the firmware creates itself: their
 * numbers, their contexts, and the pages that memory keys translate to.
 */
#define OBJECTS_MAX	8192u
#define CONTEXT_MAX	232u	/* that of a queue pair */

enum object_kind {
	OBJECT_PD,
	OBJECT_TD,
	OBJECT_MKEY,
	OBJECT_CQ,
	OBJECT_QP,
	OBJECT_TIS,
	OBJECT_Q_COUNTER,
	OBJECT_KINDS,
};

struct object {
	u8 kind;
	u32 number;
	u8 context[CONTEXT_MAX];
	u64 *pages;
	u32 npages;
};

struct objects {
	struct object *list;
	u32 count;
	u32 last[OBJECT_KINDS];		/* the number of the last created object */
};

void objects_free(struct objects *o);
/* Creates the firmware's own objects; 0 or -ENOMEM. */
int objects_init(struct objects *o);
struct object *objects_find(const struct objects *o, enum object_kind kind, u32 number);
/* The object number @n of a kind, counted from 0 in the order of creation, or NULL. */
struct object *objects_nth(const struct objects *o, enum object_kind kind, u32 n);
u32 object_context_len(enum object_kind kind);

struct vcx;
/* Writes to guest memory through a memory key; 0, or -EFAULT if the key does not allow it. */
int mkey_write(struct vcx *vcx, u32 mkey, u64 addr, const u8 *data, u32 len);

/* Chosen by options of the command line. */
struct vcx_config {
	u16 device_id;
	u32 uctx_cap;		/* capabilities that user contexts may have */
	u32 max_uctx;
	u32 cmd_timeout_s;	/* 0: the driver's default */
	u32 health_poll_ms;	/* 0: the driver's default */
	u8 ports;
};

/* A model of the ConnectX family. */
struct vcx_model {
	u16 device_id;
	u16 hw_id;
	u16 fw_major;
	const char *part;
	const char *psid;
	const char *description;
};

enum vcx_reset {
	VCX_RESET_FUNCTION,	/* FLR, or the driver's reset: the firmware keeps running */
	VCX_RESET_LINK,		/* the firmware restarts; configuration space stays */
	VCX_RESET_FIRMWARE,	/* the firmware restarts and reads its configuration */
	VCX_RESET_POWER,	/* the power was off: also what only a cold start reads */
};

struct vcx_pci {
	u8 config[4096];
	u8 writable[4096];	/* mask of the bits that the guest can write */
	u16 pcie_cap;
	int irq_fd[VCX_VECTORS];
	bool irq_pending[VCX_VECTORS];
};

struct vcx_eq {
	bool used;
	bool armed;
	u8 log_size;
	u8 log_page;
	u8 vector;
	u32 uar;
	u32 pi;
	u32 ci;
	u64 events;		/* mask of the event types that the queue receives */
	u32 npages;
	u64 *pages;
};

struct vcx_uctx {
	u16 uid;
	u32 cap;
};

/* nic_interface in the initialization segment */
enum vcx_nic_state {
	NIC_FULL_DRIVER		= 0,
	NIC_DISABLED		= 1,	/* after a reset, until a driver sets a command queue */
	NIC_SW_RESET		= 7,	/* the driver has requested a reset */
};

enum vcx_hca_state {
	HCA_DISABLED,
	HCA_ENABLED,
	HCA_INITIALIZED,
};

/* A command between its doorbell and its completion. */
struct vcx_slot {
	bool busy;
	bool lost;		/* completed by fw_release_lost(), never by time */
	bool held;		/* completed by fw_finish_held() */
	bool event;		/* the driver waits for an event, it does not poll */
	u16 opcode;
	u64 due_ns;
	u64 entry;
	enum cmdq_delivery delivery;
};

#define VCX_LAST_INPUTS	64
#define VCX_LAST_BYTES	1536

struct vcx_last_input {
	u16 opcode;
	u32 len;		/* of the whole input; @data has its first VCX_LAST_BYTES */
	u64 stamp;		/* 0: unused */
	u8 data[VCX_LAST_BYTES];
};

#define VCX_MAX_FAULTS	64
#define VCX_ANY_OPCODE	0x10000u
#define VCX_FOREVER	UINT32_MAX

/* The commands that a fault hits. */
struct vcx_when {
	u32 after;		/* commands that it spares first */
	u32 count;		/* commands that it hits then, or VCX_FOREVER */
};

struct vcx_fault {
	bool used;
	u32 opcode;		/* or VCX_ANY_OPCODE */
	u32 delay_ms;
	struct vcx_when refuse;
	u8 status;
	u32 syndrome;
	struct vcx_when lose;
	bool stamp;		/* answers to user contexts are filled with their number */
};

struct vcx_fw {
	enum vcx_hca_state state;
	u64 cmdq;		/* guest address of the command queue; 0: not set */
	u32 cmdq_high;
	u8 nic_state;
	u64 nic_disabled_ns;	/* end of the reset that the driver requested */
	u8 issi;
	u8 cap_current[4096];
	u64 *pages;		/* guest addresses, given by the driver */
	u32 npages;
	struct vcx_uctx *uctx;
	u32 nuctx;
	u16 last_uid;
	/* The driver's pages, which SET_HCA_CAP tells, have 2^uar_span pages of 4 KiB each. */
	u8 uar_span;
	u8 uar_unit;		/* UAR n is at 4 KiB << uar_unit times n */
	u8 uars[VCX_UAR_COUNT];	/* one for each of the driver's pages: it is allocated */
	struct vcx_eq eqs[VCX_MAX_EQS];
	struct objects objects;
	struct vcx_slot slots[CMDQ_SLOTS];
};

/* Causes for which a link is down. The last one is the driver's own request. */
enum link_fault {
	LINK_UP,
	LINK_NO_CABLE,
	LINK_SPEEDS,	/* the two sides have no speed in common */
	LINK_FEC,	/* the two sides require different error corrections */
	LINK_ERRORS,	/* too many bit errors */
	LINK_DISABLED,	/* PAOS */
	LINK_FAULTS,
};

/* Injected faults: set through the control socket, kept across resets. */
struct vcx_faults {
	struct vcx_fault rules[VCX_MAX_FAULTS];
	bool dead;		/* BAR 0 reads all ones and ignores writes */
	bool dead_config;	/* configuration space too, while @dead */
	struct vcx_when die;	/* the command that sets @dead */
	bool stalled;
	u32 stalled_at;
	u8 health_syndrome;
	bool no_recovery;	/* the health buffer does not request a reset */
	u32 zero_uids;		/* CREATE_UCTX commands that return uid 0, creating nothing */
	u8 link[VCX_REG_INSTANCES];	/* enum link_fault of each port */
	bool hot;		/* the chip's sensor has @temperature */
	int temperature;	/* degrees Celsius */
};

struct vcx_stats {
	u32 commands[0x10000];	/* by opcode */
	u64 total;
	u64 refused;		/* completed with a status other than ST_OK */
	u64 undeliverable;	/* slots ignored, or delivered with an error */
	u64 lost;
	u32 peak;		/* most commands in flight at a time, until the next `peak` */
	u32 stamps;		/* answers that were filled with their number */
	u64 events;
	u64 events_dropped;
	u64 interrupts;
	u64 function_resets;
	u64 firmware_resets;
	u64 uctx_leaked;	/* user contexts open at a teardown or reset */
	u64 bad_messages;
};

struct vcx;
struct reg_state;

/* Bits of MFRL: the events that can restart the firmware */
#define TRIGGER_LINK	BIT(3)	/* the PCI link is disabled, or a hot reset */
#define TRIGGER_PERST	BIT(6)	/* reset of the slot: a reboot of the host */

/* reset_state of MFRL */
enum reset_progress {
	RESET_IDLE		= 0,
	RESET_NEGOTIATION	= 1,
	RESET_IN_PROGRESS	= 2,
	RESET_NO_ANSWER		= 3,
	RESET_REFUSED		= 4,
	RESET_NOT_UNLOADED	= 5,
};

/* A reset that a driver has requested; masks have a bit for each function. */
struct vcx_reset_state {
	enum reset_progress progress;
	u8 triggers;		/* TRIGGER_..., that the card supports */
	bool hot;		/* the driver is to use a hot reset, else the link */
	bool alone;		/* MROQ does not list resets on which drivers agree */
	bool unlisted;		/* an older card, without MROQ */
	u8 initiator;
	bool hold;		/* the command of @initiator, in execution, is to be held */
	bool holding;		/* ... in @slot */
	unsigned int slot;
	u32 asked;		/* drivers that got the request */
	u32 acked;
	u32 down;
	u64 due_ns;
};

/* State that the functions of a card share. */
struct vcx_card {
	struct vcx *functions[VCX_FUNCTIONS];
	unsigned int nfunctions;
	struct nv_config nv;
	struct update update;
	struct diag diag;
	struct vcx_reset_state reset;
	u64 start_ns;
	const char *state_path;	/* NULL: the state is lost when the program ends */
};

struct vcx {
	struct vcx_card *card;
	u8 function;		/* its number on the card, from 0 */
	struct vcx_config config;
	const struct vcx_model *model;
	struct log log;
	struct dma dma;
	struct vcx_pci pci;
	struct vcx_fw fw;
	struct reg_state *regs;	/* VCX_REG_INSTANCES for each line of regtable.c */
	u64 query_cleared_ns[VCX_QUERIES];
	struct vcx_faults faults;
	struct vcx_stats stats;
	u64 input_stamp;
	struct vcx_last_input last[VCX_LAST_INPUTS];
	u64 start_ns;
};

/* device.c */
const struct vcx_model *vcx_find_model(u16 device_id);
/*
 * Adds a function to a card. @vcx is zeroed, and @card before its first function.
 * Returns 0, -ENODEV for an unknown model, -ENOSPC if the card has VCX_FUNCTIONS
 * already, or -ENOMEM.
 */
int vcx_init(struct vcx *vcx, struct vcx_card *card, const struct vcx_config *config, FILE *log,
	     enum log_level level);
/* Resets this function, or restarts the firmware, which resets all functions. */
void vcx_reset(struct vcx *vcx, enum vcx_reset kind);
void vcx_exit(struct vcx *vcx);

/* pci.c: configuration space and interrupt vectors */
void pci_init(struct vcx *vcx);
void pci_reset(struct vcx *vcx);
void pci_read(struct vcx *vcx, u32 off, u8 *buf, u32 len);
void pci_write(struct vcx *vcx, u32 off, const u8 *buf, u32 len);
/* Takes ownership of @fd; -1 disconnects the vector. */
void pci_set_irq(struct vcx *vcx, unsigned int vector, int fd);
void pci_fire(struct vcx *vcx, unsigned int vector);

/* bar.c: initialization segment, health and doorbells */
void bar_read(struct vcx *vcx, u64 off, u8 *buf, u32 len);
void bar_write(struct vcx *vcx, u64 off, const u8 *buf, u32 len);
u32 bar_health_counter(const struct vcx *vcx);

/* eq.c */
#define EVENT_CMD		0x0a
#define EVENT_PAGE_REQUEST	0x0b
#define EVENT_GENERAL		0x22

struct vcx_eq *eq_get(struct vcx *vcx, u8 eqn);
/* Creates an EQ from @eq and @eq->npages addresses; returns its number, -ENOSPC or -ENOMEM. */
int eq_create(struct vcx *vcx, const struct vcx_eq *eq, const u8 *pages);
void eq_destroy(struct vcx_eq *eq);
/* Writes the 64 bytes of context that QUERY_EQ returns. */
void eq_context(const struct vcx_eq *eq, u8 *context);
void eq_doorbell(struct vcx *vcx, u32 uar, u32 value, bool arm);
/* Whether an EQ receives events of @type. */
bool eq_takes(const struct vcx *vcx, u8 type);
void eq_post(struct vcx *vcx, u8 type, u8 subtype, const u8 data[28]);

/* Status of a command; "Command Interface Errors" in the PRM. */
enum cmd_status {
	ST_OK			= 0x00,
	ST_INTERNAL		= 0x01,
	ST_BAD_OP		= 0x02,
	ST_BAD_PARAM		= 0x03,
	ST_BAD_SYS_STATE	= 0x04,
	ST_BAD_RESOURCE		= 0x05,
	ST_EXCEED_LIM		= 0x08,
	ST_BAD_INDEX		= 0x0a,
	ST_NO_RESOURCES		= 0x0f,
	ST_BAD_INPUT_LEN	= 0x50,
	ST_BAD_OUTPUT_LEN	= 0x51,
};

/* fw.c: from doorbell to completion */
void fw_doorbell(struct vcx *vcx, u32 slots);
void fw_set_cmdq(struct vcx *vcx, u64 addr);
/* Completes the commands that are due. Returns the ms until the next is, or -1 if none is. */
int fw_run_timers(struct vcx *vcx);
unsigned int fw_release_lost(struct vcx *vcx);
/* Completes a held command, with a status that replaces its own. */
void fw_finish_held(struct vcx *vcx, unsigned int n, enum cmd_status status, u32 syndrome);
/* Counts the commands in flight, lost completions included. */
unsigned int fw_in_flight(const struct vcx *vcx);
void fw_request_pages(struct vcx *vcx, int npages);
void fw_reset(struct vcx *vcx);
const struct vcx_last_input *fw_last_input(const struct vcx *vcx, u16 opcode);

/* Syndromes are private to the firmware; these are vcx's own. */
enum cmd_syndrome {
	SYND_NONE		= 0,
	SYND_BAD_OPCODE		= 0x1000,
	SYND_BAD_OP_MOD		= 0x1001,
	SYND_BAD_INPUT_LEN	= 0x1002,
	SYND_BAD_OUTPUT_LEN	= 0x1003,
	SYND_HCA_STATE		= 0x1004,
	SYND_FUNCTION		= 0x1005,
	SYND_UNKNOWN_UID	= 0x1100,
	SYND_UID_FORBIDDEN	= 0x1101,
	SYND_UCTX_CAP		= 0x1102,
	SYND_UCTX_LIMIT		= 0x1103,
	SYND_CAP_TYPE		= 0x1200,
	SYND_CAP_VALUE		= 0x1201,
	SYND_PAGE_ADDRESS	= 0x1300,
	SYND_PAGE_COUNT		= 0x1301,
	SYND_EQ_NUMBER		= 0x1400,
	SYND_EQ_CONTEXT		= 0x1401,
	SYND_UAR_NUMBER		= 0x1500,
	SYND_OBJECT_NUMBER	= 0x1501,
	SYND_OBJECT_COUNT	= 0x1502,
	SYND_REG_UNKNOWN	= 0x1600,
	SYND_REG_LEN		= 0x1601,
	SYND_REG_READ_ONLY	= 0x1602,
	SYND_REG_CONTENT	= 0x1603,
	SYND_REG_INDEX		= 0x1604,
	SYND_NV_UNKNOWN		= 0x1700,
	SYND_NV_READ_ONLY	= 0x1701,
	SYND_NV_LEN		= 0x1702,
	SYND_NV_LIMIT		= 0x1703,
	SYND_NV_FUNCTION	= 0x1704,
	SYND_NV_UNSET		= 0x1705,
	SYND_UPDATE_STATE	= 0x1800,
	SYND_UPDATE_HANDLE	= 0x1801,
	SYND_UPDATE_SIZE	= 0x1802,
	SYND_DUMP_SEGMENT	= 0x1900,
	SYND_DUMP_COUNT		= 0x1901,
	SYND_DUMP_POSITION	= 0x1902,
	SYND_DUMP_MEMORY	= 0x1903,
	SYND_DIAG_COUNT		= 0x1a00,
	SYND_DIAG_COUNTER	= 0x1a01,
	SYND_DIAG_SYNC		= 0x1a02,
	SYND_DIAG_PARAMS	= 0x1a03,
	SYND_DIAG_DISABLED	= 0x1a04,
	SYND_RESET_REFUSED	= 0x1b00,
};

/* commands.c: the table of commands */
struct cmd_result {
	enum cmd_status status;
	u32 syndrome;
};

struct cmd_result cmd_execute(struct vcx *vcx, struct cmdq_cmd *cmd);
const char *cmd_name(u16 opcode);

static inline struct cmd_result cmd_ok(void)
{
	return (struct cmd_result){ ST_OK, SYND_NONE };
}

static inline struct cmd_result cmd_fail(enum cmd_status status, enum cmd_syndrome syndrome)
{
	return (struct cmd_result){ status, syndrome };
}

/* objects.c: commands that create, destroy and query objects */
struct cmd_result object_create(struct vcx *vcx, struct cmdq_cmd *cmd);
struct cmd_result object_destroy(struct vcx *vcx, struct cmdq_cmd *cmd);
struct cmd_result object_query(struct vcx *vcx, struct cmdq_cmd *cmd);

/* diag.c: commands of diagnostic counters */
struct cmd_result diag_set(struct vcx *vcx, struct cmdq_cmd *cmd);
struct cmd_result diag_query_params(struct vcx *vcx, struct cmdq_cmd *cmd);
struct cmd_result diag_query(struct vcx *vcx, struct cmdq_cmd *cmd);

/* update.c: the running firmware's version: major << 24 | minor << 16 | subminor */
u32 vcx_fw_version(const struct vcx *vcx);

/* queries.c: queries whose output is a list of fields */
struct cmd_result query_fields(struct vcx *vcx, struct cmdq_cmd *cmd);

/* caps.c: capabilities */
void caps_init(struct vcx *vcx);
struct cmd_result caps_query(struct vcx *vcx, struct cmdq_cmd *cmd);
struct cmd_result caps_set(struct vcx *vcx, struct cmdq_cmd *cmd);
/* From here on UARs are where the current capabilities say. */
void caps_place_uars(struct vcx *vcx);

/* regs.c: access to the registers of regtable.c */
int regs_init(struct vcx *vcx);
void regs_reset(struct vcx *vcx);
/* ACCESS_REG and ACCESS_REGISTER_USER. */
struct cmd_result regs_access(struct vcx *vcx, struct cmdq_cmd *cmd);
/* The stored content of a register; NULL if it is unknown or read-only. */
u8 *regs_content(struct vcx *vcx, u16 id, u32 instance, u32 *len);

/*
 * state.c: non-volatile state of the card. The functions return 0 or a negative
 * errno; state_load() and state_parse() also the number of the first invalid line.
 * A missing file is not an error: the card is new.
 */
int state_save(const struct vcx_card *card, const char *path);
int state_load(struct vcx_card *card, const char *path);
int state_parse(struct vcx_card *card, FILE *file);

/* reset.c: resets that drivers request by MFRL */
void reset_init(struct vcx_card *card);
void reset_done(struct vcx_card *card);
/* Whether the command in this slot has begun a reset and is held until all agree. */
bool reset_takes_slot(struct vcx *vcx, unsigned int slot);
/* The driver has torn down and disabled the function. */
void reset_function_down(struct vcx *vcx);
/* Makes the step that is due; returns the time of the next, or UINT64_MAX. */
u64 reset_run(struct vcx_card *card);

/* faults.c */
/* The rule for @opcode, or else the one for VCX_ANY_OPCODE, or NULL. */
struct vcx_fault *fault_find(struct vcx *vcx, u32 opcode);
/* The rule for @opcode, created if missing; NULL if there are VCX_MAX_FAULTS already. */
struct vcx_fault *fault_get(struct vcx *vcx, u32 opcode);
/* Counts a command. Returns whether the fault hits it. */
bool fault_hits(struct vcx_when *when);
void faults_clear(struct vcx *vcx);

/*
 * control.c: one request line in, one answer line out. `@1 REQUEST` addresses the
 * card's second function.
 */
#define CONTROL_LINE	4096
#define CONTROL_ANSWER	8192

void control_line(struct vcx_card *card, const char *line, char answer[CONTROL_ANSWER]);

#endif

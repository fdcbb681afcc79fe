/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Declarations that the files of libfwctl and its tests share.
 */
#ifndef _LIBFWCTL_PRIVATE_H
#define _LIBFWCTL_PRIVATE_H

#include <pthread.h>

#include "libfwctl.h"

#define FWCTL_ERROR_LEN 512
/* The kernel refuses a longer request or answer without reading it. */
#define FWCTL_RPC_MAX (2U << 20)
/* Bytes of an attribute's text, with its end; longer ones are cut. */
#define FWCTL_ATTRIBUTE_MAX 256
/* The kernel has fewer reasons, and fewer scopes. */
#define FWCTL_COUNTERS 16

#define __printf(fmt, args)						\
	__attribute__((							\
		__format__(__printf__, fmt, args)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct nl_sock;
struct nlattr;
struct fwctl_source;

/**
 * struct fwctl_transport - the functions by which a source answers
 * @list: find all devices, or those of one name, in an array with NULL at its
 *	end; on failure leave a message in the context
 * @states: get the states of all devices, in an array with NULL at its end
 * @found: a device is about to be handed to the caller, with @source set; or
 *	NULL
 * @open: open a device, for writing as well if @write
 * @close: close a device that is open
 * @info: do ioctl(FWCTL_INFO) on an open device
 * @rpc: do ioctl(FWCTL_RPC) on an open device
 * @state: get the state of a device that may be closed
 * @lower: lower the ceiling of a device that may be closed: its card's, or if
 *	@function that of its function alone
 * @attribute: read an attribute of the parent of a device that may be closed;
 *	NULL if no device has one
 * @lock: lock the card of a device that is open for writing against other programs;
 *	or NULL if there are none
 * @unlock: undo a @lock that succeeded; or NULL
 * @reload: restart the driver or the firmware of a device that is closed; writes
 *	the kernel's own message, or an empty text, to @text; or NULL
 * @release: release all that the source refers to, but not the source itself;
 *	or NULL
 * @replays: the answers come from a recording. Paths and names of this machine
 *	then say nothing about the devices, no device appears later, and there
 *	are no events.
 *
 * A function that returns int returns 0 or a negative errno, and writes to
 * memory of the caller only if it succeeds.
 */
struct fwctl_transport {
	int (*list)(struct fwctl_ctx *ctx, const char *name,
		    struct fwctl_dev ***devs);
	int (*states)(struct fwctl_ctx *ctx, struct fwctl_state ***states);
	void (*found)(struct fwctl_dev *dev);
	int (*open)(struct fwctl_dev *dev, bool write);
	void (*close)(struct fwctl_dev *dev);
	int (*info)(struct fwctl_dev *dev, struct fwctl_info *info);
	int (*rpc)(struct fwctl_dev *dev, struct fwctl_rpc *rpc);
	int (*state)(struct fwctl_dev *dev, struct fwctl_state **state);
	int (*lower)(struct fwctl_dev *dev, enum fwctl_ceiling ceiling, bool function);
	int (*attribute)(struct fwctl_dev *dev, const char *name,
			 char text[FWCTL_ATTRIBUTE_MAX]);
	int (*lock)(struct fwctl_dev *dev, unsigned int timeout_ms);
	void (*unlock)(struct fwctl_dev *dev);
	int (*reload)(struct fwctl_dev *dev, enum fwctl_reload what, char *text,
		      size_t size);
	void (*release)(struct fwctl_source *source);
	bool replays;
};

/**
 * struct fwctl_source - a kernel, a recorder or a player that answers
 * @transport: its functions
 * @lock: protects @refs, and what a recorder or player says it protects
 * @refs: number of contexts, devices and recorders that refer to it
 *
 * The recorder and the player begin with one, in memory from malloc().
 */
struct fwctl_source {
	const struct fwctl_transport *transport;
	pthread_mutex_t lock;
	unsigned int refs;
};

extern const struct fwctl_transport fwctl_transport_kernel;
extern const struct fwctl_transport fwctl_transport_recorder;
extern const struct fwctl_transport fwctl_transport_player;

/**
 * struct fwctl_nl - a connection to the netlink family
 * @sock: the socket, or NULL
 * @family: number of the family, valid with @sock
 */
struct fwctl_nl {
	struct nl_sock *sock;
	int family;
};

/**
 * struct fwctl_ctx - a context
 * @source: answers the context's requests and those of the devices that it
 *	finds; counts this reference
 * @nl: connection for the states of all devices, made when it is needed
 * @error: message of the last failure
 */
struct fwctl_ctx {
	struct fwctl_source *source;
	struct fwctl_nl nl;
	char error[FWCTL_ERROR_LEN];
};

/**
 * struct fwctl_dev - a device
 * @name: name of the device, e.g. fwctl0
 * @path: path of the device's file
 * @driver: name of the module that serves the device, or NULL
 * @parent: name of the parent on its bus, or NULL
 * @bus: name of the parent's bus, or NULL
 * @netdevs: names of the parent's network devices, with NULL at the end
 * @rdma_devs: names of the parent's RDMA devices, with NULL at the end
 * @type: &enum fwctl_device_type; FWCTL_DEVICE_TYPE_ERROR if not known
 * @scopes: mask with bit N set for &enum fwctl_rpc_scope N; 0 if not known
 * @source: answers the device's requests; counts this reference. NULL until
 *	the device is handed to the caller.
 * @id: number of the device in the recording
 * @nl: connection for state and ceiling, made when it is needed
 * @is_open: the device is open
 * @writable: the device was last opened for writing
 * @locked: this program has the lock of the device's card
 * @fd: the open file of the transport to the kernel
 * @lock_fd: the open file that has the lock, valid with @locked
 * @error: message of the last failure
 */
struct fwctl_dev {
	char *name;
	char *path;
	char *driver;
	char *parent;
	char *bus;
	char **netdevs;
	char **rdma_devs;
	__u32 type;
	unsigned int scopes;

	struct fwctl_source *source;
	__u32 id;
	struct fwctl_nl nl;
	bool is_open;
	bool writable;
	bool locked;
	int fd;
	int lock_fd;
	char error[FWCTL_ERROR_LEN];
};

struct fwctl_state {
	char *name;
	char *bus;
	char *parent;
	char *driver;
	char *card;
	__u32 index;
	__u32 type;
	__u32 ceiling;
	__u32 files;
	__u32 in_flight;
	__u32 taints;
	__u64 judged[FWCTL_COUNTERS];
	__u64 delivered[FWCTL_COUNTERS];
};

/* error.c */

/**
 * struct fwctl_hint - the meaning of an errno for one function
 * @err: the errno
 * @what: its meaning, for a message
 * @todo: advice, for a message
 */
struct fwctl_hint {
	int err;
	const char *what;
	const char *todo;
};

int __printf(3, 4) fwctl_fail(char *buf, int err, const char *fmt, ...);
struct fwctl_hint fwctl_hint(const struct fwctl_hint *hints, size_t count,
			     int err);

/* source.c */

void fwctl_source_init(struct fwctl_source *source,
		       const struct fwctl_transport *transport);
struct fwctl_source *fwctl_source_new(const struct fwctl_transport *transport);
struct fwctl_source *fwctl_source_get(struct fwctl_source *source);
void fwctl_source_put(struct fwctl_source *source);

/* names.c */

bool fwctl_is_device_name(const char *name);

/* bytes.c */

/**
 * struct fwctl_buffer - bytes to which more are appended
 * @data: the bytes
 * @len: their number
 * @room: bytes of memory at @data
 * @bad: an append failed without memory
 */
struct fwctl_buffer {
	__u8 *data;
	size_t len;
	size_t room;
	bool bad;
};

/**
 * struct fwctl_view - bytes that are read from the first to the last
 * @data: the next byte
 * @left: number of bytes from there
 * @bad: there were too few bytes, or their values are not valid
 */
struct fwctl_view {
	const __u8 *data;
	size_t left;
	bool bad;
};

__u32 fwctl_load_le32(const void *at);
__u64 fwctl_load_le64(const void *at);
__u32 fwctl_load_be32(const void *at);
__u64 fwctl_load_be64(const void *at);
void fwctl_store_le32(void *at, __u32 value);
void fwctl_store_le64(void *at, __u64 value);
void fwctl_store_be32(void *at, __u32 value);
void fwctl_store_be64(void *at, __u64 value);
__u32 fwctl_crc32(__u32 crc, const void *data, size_t len);
void *fwctl_put(struct fwctl_buffer *buf, const void *data, size_t len);
void fwctl_put_u32(struct fwctl_buffer *buf, __u32 value);
void fwctl_put_u64(struct fwctl_buffer *buf, __u64 value);
void fwctl_put_string(struct fwctl_buffer *buf, const char *text);
const void *fwctl_get(struct fwctl_view *view, size_t len);
__u32 fwctl_get_u32(struct fwctl_view *view);
__u64 fwctl_get_u64(struct fwctl_view *view);
char *fwctl_get_string(struct fwctl_view *view);

/* device.c */

void fwctl_strings_free(char **strings);
int fwctl_rpc_from(struct fwctl_dev *dev, enum fwctl_rpc_scope max, const void *in,
		   size_t in_len, void *out, size_t *out_len,
		   enum fwctl_rpc_scope *scope);

/* lock.c */

int fwctl_kernel_lock(struct fwctl_dev *dev, unsigned int timeout_ms);
void fwctl_kernel_unlock(struct fwctl_dev *dev);

/* devlink.c */

int fwctl_kernel_reload(struct fwctl_dev *dev, enum fwctl_reload what, char *text,
			size_t size);

/* netlink.c */

/**
 * enum fwctl_field_kind - types of a member that an attribute fills
 * @FWCTL_FIELD_U8: bool, from a u8
 * @FWCTL_FIELD_U32: __u32 or __s32
 * @FWCTL_FIELD_U64: __u64
 * @FWCTL_FIELD_STRING: const char *, which points into the message
 * @FWCTL_FIELD_COUNTERS: __u64[FWCTL_COUNTERS], of which each nest fills one
 */
enum fwctl_field_kind {
	FWCTL_FIELD_U8,
	FWCTL_FIELD_U32,
	FWCTL_FIELD_U64,
	FWCTL_FIELD_STRING,
	FWCTL_FIELD_COUNTERS,
};

/**
 * struct fwctl_field - a member of a struct that an attribute fills
 * @attr: type of the attribute
 * @kind: type of the member
 * @offset: offset of the member
 * @flag: offset of a bool that is set if the attribute is present, or 0
 */
struct fwctl_field {
	int attr;
	enum fwctl_field_kind kind;
	size_t offset;
	size_t flag;
};

int fwctl_nl_open(struct fwctl_nl *nl);
void fwctl_nl_close(struct fwctl_nl *nl);
int fwctl_nl_fill(void *object, const struct fwctl_field *fields, size_t count,
		  struct nlattr *attrs, int len);

/* state.c */

int fwctl_state_parse(struct nlattr *attrs, int len,
		      struct fwctl_state **state);
int fwctl_state_fail(char *error, int err, const char *where);
void fwctl_state_put(struct fwctl_buffer *buf, const struct fwctl_state *state);
struct fwctl_state *fwctl_state_get(struct fwctl_view *view, __u32 version);

/* tape.c */

#define FWCTL_TAPE_MAGIC "fwctlrec"
/*
 * Version 2 added the type of record FWCTL_RECORD_ATTRIBUTE, version 3 the cards of states
 * and FWCTL_RECORD_LOWER_FUNCTION.
 */
#define FWCTL_TAPE_VERSION 3
#define FWCTL_TAPE_OLDEST 1
#define FWCTL_TAPE_HEADER 16	/* bytes at the beginning of a file */
#define FWCTL_TAPE_FRAME 8	/* bytes before each record */
#define FWCTL_TAPE_FIXED 40	/* bytes at the beginning of each record */
#define FWCTL_TAPE_MAX (16U << 20)
#define FWCTL_TAPE_NO_DEVICE UINT32_MAX

/**
 * struct fwctl_tape_record - a record as it is in a file
 * @type: &enum fwctl_record_type
 * @device: number of the device, or FWCTL_TAPE_NO_DEVICE
 * @result: 0 or a negative errno
 * @start: nanoseconds since the recording began
 * @duration: nanoseconds
 * @request: the request; two are the same if @type and @device are, too
 * @request_len: its length
 * @answer: the answer
 * @answer_len: its length
 */
struct fwctl_tape_record {
	__u32 type;
	__u32 device;
	__s32 result;
	__u64 start;
	__u64 duration;
	const __u8 *request;
	__u32 request_len;
	const __u8 *answer;
	__u32 answer_len;
};

/**
 * struct fwctl_tape - a recording in memory, checked
 * @data: the file
 * @size: its length
 * @records: the records
 * @count: their number
 * @devices: index of the record that describes a device, by the device's number
 * @device_count: their number
 * @version: version of the format
 * @complete: the file has its end record
 */
struct fwctl_tape {
	__u8 *data;
	size_t size;
	struct fwctl_tape_record *records;
	__u32 count;
	__u32 *devices;
	__u32 device_count;
	__u32 version;
	bool complete;
};

int fwctl_tape_parse(struct fwctl_tape *tape, __u8 *data, size_t size,
		     char *error);
int fwctl_tape_load(struct fwctl_tape *tape, const char *path, char *error);
void fwctl_tape_unload(struct fwctl_tape *tape);
int fwctl_tape_device(const struct fwctl_tape *tape, __u32 id,
		      struct fwctl_dev **dev);
struct fwctl_state **fwctl_tape_states(const struct fwctl_tape *tape,
				       const struct fwctl_tape_record *record);

/* recording.c */

/**
 * struct fwctl_recording - a recording that is read
 * @tape: the recording
 * @at: index of the next record
 * @devs: the devices of the records before @at, by their numbers
 * @states: the states of @record
 * @record: the record that was returned last
 */
struct fwctl_recording {
	struct fwctl_tape tape;
	__u32 at;
	struct fwctl_dev **devs;
	struct fwctl_state **states;
	struct fwctl_record record;
};

/* record.c */

int fwctl_recorder_begin(struct fwctl_source **source, const char *path,
			 char *error);
int fwctl_recorder_end(struct fwctl_source **source, char *error);

/* replay.c */

/**
 * struct fwctl_player - a recording that answers
 * @source: the part that all sources have; its lock protects @heads and all
 *	members after it
 * @tape: the recording; does not change
 * @canonical: for each device, the first of the same name; does not change
 * @heads: for each hash, the first record in the order of the file
 * @mask: number of heads, a power of two, minus one
 * @next: for each record, the next one with the same hash
 * @used: for each record, true if it has been an answer
 *
 * When a record is the answer, the used record of the same request before it
 * leaves the list: the answer to a request that is repeated a million times is
 * thus always one of the first two that match.
 */
struct fwctl_player {
	struct fwctl_source source;
	struct fwctl_tape tape;
	__u32 *canonical;
	__u32 *heads;
	__u32 mask;
	__u32 *next;
	bool *used;
};

int fwctl_player_new(const char *path, struct fwctl_player **player,
		     char *error);
struct fwctl_player *fwctl_player_from(struct fwctl_tape *tape);

#endif

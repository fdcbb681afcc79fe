// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A recording in memory: reading the file and checking all of it. The users of
 * a tape rely on the checks and do not repeat them.
 * Documentation/userspace-api/fwctl/recording-format.rst describes the format.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private.h"

#define TAPE_FILE_MAX INT32_MAX
#define ERRNO_MAX 4095

static char **get_strings(struct fwctl_view *view)
{
	__u32 count = fwctl_get_u32(view), i;
	char **strings;

	/* The least that a string takes is its length. */
	if (count > view->left / sizeof(__u32))
		view->bad = true;
	strings = view->bad ? NULL : calloc(count + 1, sizeof(*strings));
	if (!strings) {
		view->bad = true;
		return NULL;
	}
	for (i = 0; i < count; i++) {
		strings[i] = fwctl_get_string(view);
		view->bad |= !strings[i];
		if (view->bad)
			break;
	}
	return strings;
}

/* Make the device of a number from the record that describes it. */
int fwctl_tape_device(const struct fwctl_tape *tape, __u32 id,
		      struct fwctl_dev **dev)
{
	const struct fwctl_tape_record *record =
		&tape->records[tape->devices[id]];
	struct fwctl_view view = { record->request, record->request_len, false };
	struct fwctl_dev *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->fd = -1;
	new->id = id;
	new->name = fwctl_get_string(&view);
	new->path = fwctl_get_string(&view);
	new->driver = fwctl_get_string(&view);
	new->parent = fwctl_get_string(&view);
	new->bus = fwctl_get_string(&view);
	new->type = fwctl_get_u32(&view);
	new->scopes = fwctl_get_u32(&view);
	new->netdevs = get_strings(&view);
	new->rdma_devs = get_strings(&view);
	if (view.bad || view.left || !new->name || !new->path ||
	    !fwctl_is_device_name(new->name)) {
		fwctl_dev_free(new);
		return -EUCLEAN;
	}
	*dev = new;
	return 0;
}

/*
 * The states in an answer, in an array with NULL at its end. NULL if the answer
 * is not valid, or without memory.
 */
struct fwctl_state **fwctl_tape_states(const struct fwctl_tape *tape,
				       const struct fwctl_tape_record *record)
{
	struct fwctl_view view = { record->answer, record->answer_len, false };
	__u32 count = record->result ? 0 : fwctl_get_u32(&view), i;
	struct fwctl_state **states;

	if (count > view.left / sizeof(__u32))
		return NULL;
	states = view.bad ? NULL : calloc(count + 1, sizeof(*states));
	for (i = 0; states && i < count && !view.bad; i++)
		states[i] = fwctl_state_get(&view, tape->version);
	if (!view.bad && !view.left)
		return states;
	fwctl_states_free(states);
	return NULL;
}

static bool is_device(const struct fwctl_tape *tape,
		      const struct fwctl_tape_record *record)
{
	struct fwctl_dev *dev;

	if (record->device != tape->device_count - 1 || record->result ||
	    record->answer_len || fwctl_tape_device(tape, record->device, &dev))
		return false;
	fwctl_dev_free(dev);
	return true;
}

static bool is_states(const struct fwctl_tape *tape,
		      const struct fwctl_tape_record *record)
{
	struct fwctl_state **states = fwctl_tape_states(tape, record);
	bool good = states && (record->result || states[0] ||
			       record->type == FWCTL_RECORD_STATES) &&
		    (record->type == FWCTL_RECORD_STATES || record->result ||
		     !states[1]);

	fwctl_states_free(states);
	return good;
}

/* Does an answer have as many bytes as its length and the room allow? */
static bool is_rpc(const struct fwctl_tape_record *record, __u32 room)
{
	struct fwctl_view view = { record->answer, record->answer_len, false };
	__u32 len;

	if (record->result)
		return !record->answer_len;
	len = fwctl_get_u32(&view);
	return !view.bad && view.left == (len < room ? len : room);
}

/* FWCTL_INFO fills all of the room for its data. */
static bool is_info(const struct fwctl_tape_record *record, __u32 room)
{
	if (record->result)
		return !record->answer_len;
	return record->answer_len == 2 * sizeof(__u32) + (__u64)room;
}

static bool is_attribute(const struct fwctl_tape *tape,
			 const struct fwctl_tape_record *record)
{
	return tape->version >= 2 && record->request_len &&
	       !memchr(record->request, 0, record->request_len) &&
	       record->answer_len < FWCTL_ATTRIBUTE_MAX &&
	       !memchr(record->answer, 0, record->answer_len) &&
	       !(record->result && record->answer_len);
}

/* Is a record valid for its type? */
static bool is_sound(const struct fwctl_tape *tape,
		     const struct fwctl_tape_record *record)
{
	struct fwctl_view view = { record->request, record->request_len, false };
	bool none = record->device == FWCTL_TAPE_NO_DEVICE;
	__u32 room;

	if (record->result > 0 || record->result < -ERRNO_MAX)
		return false;
	if (!none && record->device >= tape->device_count)
		return false;
	switch (record->type) {
	case FWCTL_RECORD_DEVICE:
		return !none && is_device(tape, record);
	case FWCTL_RECORD_OPEN:
		return !none && fwctl_get_u32(&view) <= 1 && !view.bad &&
		       !view.left && !record->answer_len;
	case FWCTL_RECORD_INFO:
		room = fwctl_get_u32(&view);
		return !none && !view.bad && !view.left && is_info(record, room);
	case FWCTL_RECORD_RPC:
		fwctl_get_u32(&view);
		room = fwctl_get_u32(&view);
		return !none && !view.bad && is_rpc(record, room);
	case FWCTL_RECORD_STATE:
	case FWCTL_RECORD_STATES:
		return none == (record->type == FWCTL_RECORD_STATES) &&
		       !view.left && is_states(tape, record);
	case FWCTL_RECORD_LOWER:
	case FWCTL_RECORD_LOWER_FUNCTION:
		fwctl_get_u32(&view);
		return (record->type == FWCTL_RECORD_LOWER || tape->version >= 3) &&
		       !none && !view.bad && !view.left && !record->answer_len;
	case FWCTL_RECORD_ATTRIBUTE:
		return !none && is_attribute(tape, record);
	case FWCTL_RECORD_END:
		return none && fwctl_get_u32(&view) == tape->count &&
		       !view.bad && !view.left && !record->answer_len;
	}
	return false;
}

static bool get_record(struct fwctl_view *view,
		       struct fwctl_tape_record *record)
{
	__u32 reserved;

	record->type = fwctl_get_u32(view);
	record->device = fwctl_get_u32(view);
	record->result = fwctl_get_u32(view);
	record->request_len = fwctl_get_u32(view);
	record->answer_len = fwctl_get_u32(view);
	reserved = fwctl_get_u32(view);
	record->start = fwctl_get_u64(view);
	record->duration = fwctl_get_u64(view);
	record->request = fwctl_get(view, record->request_len);
	record->answer = fwctl_get(view, record->answer_len);
	return !view->bad && !view->left && !reserved;
}

/* Make room for one more element: doubled when @count is a power of two. */
static bool grow(void *array, size_t count, size_t size)
{
	void **at = array;
	void *new;

	if (count & (count - 1))
		return true;
	new = reallocarray(*at, count ? 2 * count : 1, size);
	if (new)
		*at = new;
	return new;
}

static int add_record(struct fwctl_tape *tape, struct fwctl_view view)
{
	struct fwctl_tape_record *record;

	if (!grow(&tape->records, tape->count, sizeof(*record)))
		return -ENOMEM;
	record = &tape->records[tape->count];
	if (!get_record(&view, record))
		return -EUCLEAN;
	if (record->type == FWCTL_RECORD_DEVICE) {
		if (!grow(&tape->devices, tape->device_count,
			  sizeof(*tape->devices)))
			return -ENOMEM;
		tape->devices[tape->device_count++] = tape->count;
	}
	if (!is_sound(tape, record))
		return -EUCLEAN;
	if (record->type == FWCTL_RECORD_END)
		tape->complete = true;
	tape->count++;
	return 0;
}

static int parse_header(struct fwctl_tape *tape, struct fwctl_view *view,
			char *error)
{
	const void *magic = fwctl_get(view, strlen(FWCTL_TAPE_MAGIC));
	__u32 version = fwctl_get_u32(view), reserved = fwctl_get_u32(view);

	if (view->bad ||
	    memcmp(magic, FWCTL_TAPE_MAGIC, strlen(FWCTL_TAPE_MAGIC)))
		return fwctl_fail(error, -EUCLEAN,
				  "not a recording: name a file that this library recorded");
	tape->version = version;
	if (version >= FWCTL_TAPE_OLDEST && version <= FWCTL_TAPE_VERSION &&
	    !reserved)
		return 0;
	return fwctl_fail(error, -EPROTONOSUPPORT,
			  "the format has version %u, and this library reads versions %u to %u: use the library that made the file",
			  version, FWCTL_TAPE_OLDEST, FWCTL_TAPE_VERSION);
}

/*
 * Check a recording. The tape takes over its bytes, which are from malloc(),
 * and frees them on failure. The message lacks the name of the file.
 */
int fwctl_tape_parse(struct fwctl_tape *tape, __u8 *data, size_t size,
		     char *error)
{
	struct fwctl_view view = { data, size, false };
	struct fwctl_view body;
	__u32 len, crc;
	int ret;

	*tape = (struct fwctl_tape){ .data = data, .size = size };
	ret = parse_header(tape, &view, error);
	/* If the last record is cut off, the tape ends before it. */
	while (!ret && view.left >= FWCTL_TAPE_FRAME) {
		body.data = view.data;
		body.left = view.left;
		body.bad = false;
		len = fwctl_get_u32(&body);
		crc = fwctl_get_u32(&body);
		ret = -EUCLEAN;
		if (len >= FWCTL_TAPE_FIXED && len <= FWCTL_TAPE_MAX &&
		    !tape->complete) {
			if (body.left < len) {
				ret = 0;
				break;
			}
			body.left = len;
			if (fwctl_crc32(fwctl_crc32(0, view.data, sizeof(len)),
					body.data, len) == crc)
				ret = add_record(tape, body);
		}
		if (ret == -EUCLEAN)
			fwctl_fail(error, ret,
				   "damaged at byte %zu: get an undamaged copy",
				   size - view.left);
		else if (ret)
			fwctl_fail(error, ret, "no memory");
		else
			fwctl_get(&view, FWCTL_TAPE_FRAME + len);
	}
	if (!ret && tape->complete && view.left)
		ret = fwctl_fail(error, -EUCLEAN,
				 "damaged: bytes follow the end record: get an undamaged copy");
	if (ret)
		fwctl_tape_unload(tape);
	return ret;
}

static int read_file(int fd, __u8 **data, size_t *size)
{
	size_t done = 0;
	struct stat st;
	ssize_t n = 1;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EUCLEAN;
	if (st.st_size > TAPE_FILE_MAX)
		return -EFBIG;
	*data = malloc(st.st_size + 1);
	if (!*data)
		return -ENOMEM;
	while (n && done < (size_t)st.st_size) {
		n = read(fd, *data + done, st.st_size - done);
		if (n < 0 && errno != EINTR) {
			n = -errno;
			free(*data);
			return n;
		}
		done += n > 0 ? n : 0;
	}
	*size = done;
	return 0;
}

/* Read and check a file. */
int fwctl_tape_load(struct fwctl_tape *tape, const char *path, char *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char why[FWCTL_ERROR_LEN / 2];
	__u8 *data = NULL;
	size_t size = 0;
	int ret = fd < 0 ? -errno : read_file(fd, &data, &size);

	if (fd >= 0)
		close(fd);
	if (ret)
		return fwctl_fail(error, ret, "%.256s: cannot read the recording: %s",
				  path, ret == -EUCLEAN ? "not a regular file" :
				  ret == -EFBIG ? "larger than 2 GiB" :
				  strerrordesc_np(-ret));
	/* The messages of the parser are short. */
	ret = fwctl_tape_parse(tape, data, size, error);
	if (!ret)
		return 0;
	memcpy(why, error, sizeof(why));
	why[sizeof(why) - 1] = 0;
	return fwctl_fail(error, ret, "%.240s: %s", path, why);
}

void fwctl_tape_unload(struct fwctl_tape *tape)
{
	free(tape->data);
	free(tape->records);
	free(tape->devices);
	*tape = (struct fwctl_tape){};
}

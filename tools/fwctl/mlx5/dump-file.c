// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of resource dumps: the device's stream of segments without changes, as the
 * vendor's tool writes it, too.
 *
 * Until the dump is complete, its file has .part behind its name. Beside it, a file
 * .state has the request that continues the dump; the device decides what it means.
 * It is the request for a piece in which a segment begins: the incomplete file ends
 * with a whole segment, and --resume reads that piece again, whose beginning is in
 * the file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "be.h"
#include "dump.h"

/* Nanoseconds between two writes of the state, which SIGKILL would otherwise lose. */
#define SAVE_INTERVAL 5000000000LL
#define MAX_STATE 4096

const struct column_spec dump_show_columns[] = {
	{ "OFFSET", "offset", COLUMN_HEX },
	{ "SEGMENT", "segment", COLUMN_HEX },
	{ "NAME", "name", 0 },
	{ "LENGTH", "length", COLUMN_RIGHT },
	{ "INDEX1", "index1", COLUMN_HEX },
	{ "INDEX2", "index2", COLUMN_HEX },
	{}
};

/*
 * Count the segments of the next piece of a stream. Segments and pieces are whole
 * dwords, so a header is never split. Returns an exit code.
 */
int segments_follow(struct run *run, struct segments *segments,
		    const __u8 *data, size_t len, uint64_t offset)
{
	size_t n;

	while (len) {
		if (!segments->left) {
			segments->start = offset;
			segments->left = 4 * get_unaligned_be16(data);
			segments->last = get_unaligned_be16(data + 2);
			if (!segments->left)
				return fail(run, FWCTL_EXIT_FIRMWARE,
					    "%s: the segment at byte %llu has length 0, so the following ones cannot be found",
					    run->argv[0],
					    (unsigned long long)offset);
			segments->count++;
			if (segments->last == segments->type) {
				segments->wanted++;
				segments->wanted_bytes += segments->left;
			}
			if (segments->last == dump_segment("error")->id)
				segments->errors++;
		}
		n = segments->left < len ? segments->left : len;
		if (segments->last == dump_segment("error")->id &&
		    segments->errors == 1) {
			size_t room = DUMP_ERROR_LEN - segments->error_len;

			memcpy(segments->error + segments->error_len, data,
			       n < room ? n : room);
			segments->error_len += n < room ? n : room;
		}
		data += n;
		len -= n;
		offset += n;
		segments->left -= n;
	}
	return 0;
}

/*
 * Write the state; returns an exit code. write_bytes() would end the program on a
 * signal, which interrupt_begin() prevents here.
 */
static int save_state(struct dump_file *file)
{
	json_object *state = json_object_new_object();
	char *name = NULL;
	const char *text;
	FILE *out = NULL;
	bool bad = true;

	json_add(state, "card", json_text(file->card));
	json_add(state, "offset", json_object_new_uint64(file->safe));
	json_add(state, "request",
		 json_hex(file->request, sizeof(file->request)));
	text = json_object_to_json_string_ext(state, JSON_C_TO_STRING_PRETTY);
	if (asprintf(&name, "%s.new", file->state) < 0)
		name = NULL;
	if (name)
		out = fopen(name, "we");
	if (out) {
		bad = fputs(text, out) < 0;
		bad |= fclose(out) != 0;
		bad = bad || rename(name, file->state);
	}
	if (bad)
		fail(file->run, FWCTL_EXIT_USAGE, "cannot write %s: %m",
		     file->state);
	free(name);
	json_object_put(state);
	file->saved = clock_ns(CLOCK_MONOTONIC);
	return file->run->code;
}

/* Take offset and request from the state; false if it is malformed. */
static bool parse_state(struct dump_file *file, json_object *state,
			struct dump *dump)
{
	const char *hex = string_of(state, "request");
	struct run parser = {};
	struct buffer buf = {};
	bool ok;

	ok = json_object_is_type(state, json_type_object) &&
	     string_of(state, "card") && hex &&
	     !parse_hex(&parser, hex, DUMP_HEADER, &buf) &&
	     buf.len == DUMP_HEADER;
	if (ok) {
		memcpy(dump->next, buf.data, DUMP_HEADER);
		dump->offset = number_of(state, "offset");
		file->safe = dump->offset;
		ok = dump->offset % 4 == 0;
	}
	free(buf.data);
	free_run(&parser);
	return ok;
}

/* Does the state belong to the same segment and the same objects? */
static bool same_request(const struct dump *dump, const __u8 *now)
{
	static const char * const keys[] = {
		"inline_dump", "segment_type", "vhca_id", "index1", "index2",
		"num_of_obj1", "num_of_obj2",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (get_number(dump->reg, dump->next, DUMP_HEADER, keys[i]) !=
		    get_number(dump->reg, now, DUMP_HEADER, keys[i]))
			return false;
	return true;
}

/* Count the segments in the file up to file->safe, and keep the bytes behind it. */
static int reread(struct dump_file *file)
{
	__u8 block[4096];
	size_t n;

	while (file->size < file->safe) {
		n = file->safe - file->size;
		if (n > sizeof(block))
			n = sizeof(block);
		if (fread(block, 1, n, file->file) != n)
			return fail(file->run, FWCTL_EXIT_USAGE,
				    "%s: shorter than %s says; remove both files and start again",
				    file->part, file->state);
		if (segments_follow(file->run, &file->segments, block, n,
				    file->size))
			return file->run->code;
		file->size += n;
	}
	file->known_len = fread(file->known, 1, sizeof(file->known),
				file->file);
	file->resumed = file->safe;
	if (fseeko(file->file, file->safe, SEEK_SET))
		return fail(file->run, FWCTL_EXIT_USAGE, "cannot read %s: %m",
			    file->part);
	return 0;
}

static int resume_file(struct dump_file *file, struct dump *dump)
{
	__u8 now[DUMP_HEADER];
	struct buffer buf = {};
	json_object *state = NULL;
	const char *card;
	char *text;

	memcpy(now, dump->next, sizeof(now));
	if (read_bytes(file->run, file->state, MAX_STATE, &buf))
		goto out;
	text = strndupa(buf.data, buf.len);
	state = json_tokener_parse(text);
	card = string_of(state, "card");
	if (!parse_state(file, state, dump))
		fail(file->run, FWCTL_EXIT_USAGE,
		     "%s: not a valid state; remove it and %s and start again",
		     file->state, file->part);
	else if (strcmp(card, file->card))
		fail(file->run, FWCTL_EXIT_USAGE,
		     "%s: belongs to the card %s, and this is %s; use another file name",
		     file->part, card, file->card);
	else if (!same_request(dump, now))
		fail(file->run, FWCTL_EXIT_USAGE,
		     "%s: belongs to another segment or other objects; use another file name",
		     file->part);
	else
		reread(file);
out:
	json_object_put(state);
	free(buf.data);
	return file->run->code;
}

/* Create the file of a dump, or open one to continue. Returns an exit code. */
int dump_file_begin(struct dump_file *file, struct dump *dump, bool again)
{
	struct stat st;

	if (!strcmp(file->name, "-")) {
		file->file = stdout;
		return 0;
	}
	if (!stat(file->name, &st) && !S_ISREG(st.st_mode))
		return fail(file->run, FWCTL_EXIT_USAGE,
			    "%s: not a regular file; use - and redirect standard output",
			    file->name);
	if (asprintf(&file->part, "%s.part", file->name) < 0)
		file->part = NULL;
	if (asprintf(&file->state, "%s.state", file->name) < 0)
		file->state = NULL;
	if (!file->part || !file->state)
		return fail(file->run, FWCTL_EXIT_USAGE, "no memory");
	file->file = fopen(file->part, again ? "r+e" : "wxe");
	if (!file->file && errno == EEXIST)
		return fail(file->run, FWCTL_EXIT_USAGE,
			    "%s: left by an incomplete dump; continue it with --resume, or remove the file",
			    file->part);
	if (!file->file)
		return fail(file->run, FWCTL_EXIT_USAGE, "cannot %s %s: %m",
			    again ? "continue" : "write", file->part);
	file->created = !again;
	return again ? resume_file(file, dump) : 0;
}

/* Add a piece. Returns an exit code. */
int dump_file_write(struct dump_file *file, const struct dump *dump)
{
	const __u8 *data = dump->piece + DUMP_HEADER;
	uint64_t before = file->segments.count;

	if (dump->offset == file->resumed &&
	    memcmp(data, file->known, dump->len < file->known_len ?
		   dump->len : file->known_len))
		return fail(file->run, FWCTL_EXIT_USAGE,
			    "%s: the data at byte %llu have changed in the device; remove this file and %s and start again",
			    file->part, (unsigned long long)dump->offset,
			    file->state);
	if (segments_follow(file->run, &file->segments, data, dump->len,
			    dump->offset))
		return file->run->code;
	if (fwrite(data, 1, dump->len, file->file) != dump->len)
		return fail(file->run, FWCTL_EXIT_USAGE, "cannot write %s: %m",
			    file->part ? file->part : "to standard output");
	file->size += dump->len;
	file->written = true;
	if (file->segments.count == before)
		return 0;
	file->safe = dump->offset;
	memcpy(file->request, dump->asked, sizeof(file->request));
	if (!file->part ||
	    clock_ns(CLOCK_MONOTONIC) - file->saved < SAVE_INTERVAL)
		return 0;
	if (fflush(file->file))
		return fail(file->run, FWCTL_EXIT_USAGE, "cannot write %s: %m",
			    file->part);
	return save_state(file);
}

/* The bytes that stay in the file: an incomplete one ends with a whole segment. */
uint64_t dump_file_kept(const struct dump_file *file, bool complete)
{
	return complete || !file->part || !file->segments.left ? file->size :
	       file->segments.start;
}

static void close_file(struct dump_file *file, bool complete)
{
	struct run *run = file->run;
	bool bad;

	bad = fflush(file->file) ||
	      ftruncate(fileno(file->file), dump_file_kept(file, complete));
	bad |= fclose(file->file) != 0;
	file->file = NULL;
	if (!bad && complete)
		bad = rename(file->part, file->name);
	if (bad)
		fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %m",
		     file->part);
	else if (complete)
		unlink(file->state);
	else
		save_state(file);
}

/* Give a complete file its name; leave an incomplete one to be resumed. */
int dump_file_end(struct dump_file *file, bool complete)
{
	if (file->part && file->file && file->written) {
		close_file(file, complete);
	} else if (file->part && file->file) {
		/* A file of an earlier run stays unchanged. */
		fclose(file->file);
		if (file->created)
			unlink(file->part);
	}
	free(file->part);
	free(file->state);
	return file->run->code;
}

static json_object *segment_row(const __u8 *head, uint64_t offset, size_t len)
{
	json_object *row = json_object_new_object();
	const struct fwctl_mlx5_layout *layout;
	__u16 type = get_unaligned_be16(head + 2);
	bool known;

	layout = fwctl_mlx5_layout_by_id(FWCTL_MLX5_SEGMENT, type);
	known = layout || len < 16;
	json_add(row, "offset", json_object_new_uint64(offset));
	json_add(row, "segment", json_object_new_int(type));
	json_add(row, "name", json_text(layout ? layout->name : NULL));
	json_add(row, "length", json_object_new_uint64(len));
	/* A segment without a layout is about objects; their indices follow its header. */
	json_add(row, "index1",
		 known ? NULL :
		 json_object_new_int64(get_unaligned_be32(head + 8)));
	json_add(row, "index2",
		 known ? NULL :
		 json_object_new_int64(get_unaligned_be32(head + 12)));
	return row;
}

int dump_show_run(struct run *run)
{
	json_object *rows = json_object_new_array();
	const char *name = run->argv[0];
	FILE *file = fopen(name, "re");
	__u8 head[16], last[2] = {};
	uint64_t offset = 0, len;
	struct stat st = {};
	size_t n;

	if (!file || fstat(fileno(file), &st)) {
		fail(run, FWCTL_EXIT_USAGE, "cannot read %s: %m", name);
		goto out;
	}
	while (!run->code && (n = fread(head, 1, sizeof(head), file))) {
		if (n < sizeof(head))
			memset(head + n, 0, sizeof(head) - n);
		len = 4 * get_unaligned_be16(head);
		if (n < 4 || !len) {
			fail(run, FWCTL_EXIT_USAGE,
			     "%s: no segment at byte %llu: not a file of a resource dump",
			     name, (unsigned long long)offset);
		} else if (len > st.st_size - offset) {
			fail(run, FWCTL_EXIT_PARTIAL,
			     "%s: ends within the segment at byte %llu",
			     name, (unsigned long long)offset);
		} else {
			json_object_array_add(rows, segment_row(head, offset,
								len));
			memcpy(last, head + 2, sizeof(last));
			offset += len;
			if (fseeko(file, offset, SEEK_SET))
				fail(run, FWCTL_EXIT_USAGE,
				     "cannot read %s: %m", name);
		}
	}
	if (get_unaligned_be16(last) != dump_segment("terminate")->id)
		fail(run, FWCTL_EXIT_PARTIAL,
		     "%s: has no segment 'terminate': the dump is incomplete", name);
	run->result = json_object_get(rows);
out:
	if (file)
		fclose(file);
	json_object_put(rows);
	return run->code;
}

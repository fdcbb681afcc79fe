/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resource dumps: a stream of segments that the device hands out in pieces.
 */
#ifndef _FWCTL_TOOL_MLX5_DUMP_H
#define _FWCTL_TOOL_MLX5_DUMP_H

#include "fields.h"

/* Of the register RESOURCE_DUMP: in front of the data, and with them. */
#define DUMP_HEADER 48
#define DUMP_REGISTER 256

/**
 * struct dump - where in a stream
 * @run: gets what goes wrong
 * @dev: the device
 * @report: see send_next_rpc()
 * @reg: layout of the register
 * @next: what gets the next piece, as the device wants to be asked for it
 * @asked: what got this piece
 * @piece: this piece: DUMP_HEADER, and data
 * @len: bytes of data
 * @offset: of these in the stream
 * @rpcs: how many there were
 * @more: is there a next one?
 */
struct dump {
	struct run *run;
	struct fwctl_dev *dev;
	json_object *report;
	const struct fwctl_mlx5_layout *reg;
	__u8 next[DUMP_HEADER];
	__u8 asked[DUMP_HEADER];
	__u8 piece[DUMP_REGISTER];
	size_t len;
	uint64_t offset;
	uint64_t rpcs;
	bool more;
};

/* A segment that says why something is missing. */
#define DUMP_ERROR_LEN 48

/**
 * struct segments - what there is of segments in a stream
 * @count: how many
 * @wanted: how many of the type @type
 * @wanted_bytes: of these
 * @errors: how many that say what is missing
 * @type: a type
 * @start: where the last one begins
 * @left: bytes of it that are still to come
 * @last: its type
 * @error: the first one that says what is missing
 * @error_len: bytes of that
 */
struct segments {
	uint64_t count;
	uint64_t wanted;
	uint64_t wanted_bytes;
	uint64_t errors;
	__u16 type;
	uint64_t start;
	uint64_t left;
	__u16 last;
	__u8 error[DUMP_ERROR_LEN];
	size_t error_len;
};

/**
 * struct dump_file - where a dump is kept
 * @run: gets what goes wrong
 * @name: of the file, or "-"
 * @part: the file's name until it is complete; NULL if it is standard output
 * @state: the name of what tells how to go on
 * @card: which card, with which firmware
 * @file: it
 * @size: bytes of the stream that are in it
 * @segments: what they are
 * @resumed: where this run began
 * @known: what the file had from there on
 * @known_len: bytes of that
 * @safe: offset of a piece in which a segment begins
 * @request: what got that piece
 * @saved: when that was written to @state
 * @created: there was none before
 * @written: this run has added to it
 */
struct dump_file {
	struct run *run;
	const char *name;
	char *part;
	char *state;
	char card[80];
	FILE *file;
	uint64_t size;
	struct segments segments;
	uint64_t resumed;
	__u8 known[DUMP_REGISTER - DUMP_HEADER];
	size_t known_len;
	uint64_t safe;
	__u8 request[DUMP_HEADER];
	int64_t saved;
	bool created;
	bool written;
};

/* dump-file.c */
int segments_follow(struct run *run, struct segments *segments,
		    const __u8 *data, size_t len, uint64_t offset);
uint64_t dump_file_kept(const struct dump_file *file, bool complete);
int dump_file_begin(struct dump_file *file, struct dump *dump, bool again);
int dump_file_write(struct dump_file *file, const struct dump *dump);
int dump_file_end(struct dump_file *file, bool complete);

#endif

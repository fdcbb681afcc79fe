/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resource dumps: a stream of segments that the device sends in pieces.
 */
#ifndef _FWCTL_TOOL_MLX5_DUMP_H
#define _FWCTL_TOOL_MLX5_DUMP_H

#include "fields.h"

/* Bytes of the register RESOURCE_DUMP: in front of the data, and in total. */
#define DUMP_HEADER 48
#define DUMP_REGISTER 256

/**
 * struct dump - a position in a stream
 * @run: gets errors
 * @dev: the device
 * @report: see send_next_rpc()
 * @reg: layout of the register
 * @next: the request for the next piece, which is the header of the last answer
 * @asked: the request for this piece
 * @piece: this piece: DUMP_HEADER bytes and the data
 * @len: length of the data in bytes
 * @offset: offset of the data in the stream
 * @rpcs: number of requests sent
 * @more: true if the stream goes on behind this piece
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

/* Bytes kept of a segment "error", which reports a missing part. */
#define DUMP_ERROR_LEN 48

/**
 * struct segments - the segments of a stream up to a position
 * @count: number of segments
 * @wanted: number of segments of the type @type
 * @wanted_bytes: sum of their lengths
 * @errors: number of segments "error"
 * @type: the type that was asked for
 * @start: offset of the last segment
 * @left: bytes of the last segment behind the position
 * @last: type of the last segment
 * @error: the first segment "error"
 * @error_len: bytes in @error
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
 * struct dump_file - the file of a dump
 * @run: gets errors
 * @name: its name when the dump is complete, or "-"
 * @part: its name until then; NULL for standard output
 * @state: name of the file with the state for --resume
 * @card: identity of the card and version of its firmware
 * @file: the open file
 * @size: bytes of the stream in the file
 * @segments: segments of the stream in the file
 * @resumed: offset at which this run began
 * @known: bytes that the file had from @resumed on
 * @known_len: number of bytes in @known
 * @safe: offset of the last piece in which a segment begins
 * @request: the request for that piece
 * @saved: time of the last write of @state, CLOCK_MONOTONIC in nanoseconds
 * @created: true if this run created the file
 * @written: true if this run has added data
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: command lines and files as input of the tool. The first byte
 * selects the kind of the others. A recording takes the place of the device, and the
 * commands that run only read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tool.h"
#include "../mlx5/fw.h"

int fuzz_one(const uint8_t *data, size_t size);

#define RECORDING "test/recordings/config.rec"
#define CARD "0000:01:00.0"
#define MAX_WORDS 64

static void run_words(const char *const *words, const char *recording)
{
	struct run outer = { .ctx = fwctl_ctx_new() };
	char *argv[MAX_WORDS + 1] = {};
	int argc;

	outer.set.collect = json_object_new_array();
	if (!outer.ctx || !outer.set.collect)
		abort();
	if (recording && fwctl_ctx_set_replay(outer.ctx, recording)) {
		fprintf(stderr, "%s: %s\n", recording, fwctl_ctx_error(outer.ctx));
		abort();
	}
	for (argc = 0; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	run_line(outer.ctx, &outer, argc, argv);
	json_object_put(outer.set.collect);
	fwctl_ctx_free(outer.ctx);
}

static void parse_words(char *text)
{
	struct run run = { .ctx = fwctl_ctx_new() };
	char *argv[MAX_WORDS + 1] = { "fwctl" }, *word;
	int argc = 1;

	while (argc < MAX_WORDS && (word = strsep(&text, "\n")))
		argv[argc++] = word;
	parse_run(&run, argc, argv);
	free_run(&run);
	fwctl_ctx_free(run.ctx);
}

static void parse_bytes(const char *text)
{
	struct run run = {};
	struct buffer bytes = {};

	parse_hex(&run, text, 4096, &bytes);
	free(bytes.data);
	free_run(&run);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	/* Every line is parsed before the first one runs; this one fails to parse. */
	static const char wrong[] = "\nwrong\n";
	char path[32], *text;
	const char *const script[] = { "fwctl", "batch", "run", path, NULL };
	const char *const diff[] = { "fwctl", "mlx5", "config", "diff", CARD, path,
			       "-d", "none", NULL };
	const char *const show[] = { "fwctl", "mlx5", "dump", "show", path, NULL };
	struct fw_image image;
	int fd;

	if (!size)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	fd = memfd_create("input", MFD_CLOEXEC);
	if (!text || fd < 0 || write(fd, data + 1, size - 1) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	switch (*data % 6) {
	case 0:
		parse_words(text);
		break;
	case 1:
		parse_bytes(text);
		break;
	case 2:
		if (write(fd, wrong, strlen(wrong)) < 0)
			abort();
		run_words(script, NULL);
		break;
	case 3:
		run_words(diff, RECORDING);
		break;
	case 4:
		run_words(show, NULL);
		break;
	case 5:
		fw_image_parse(&(struct buffer){ (void *)(data + 1), size - 1 }, &image);
		break;
	}
	close(fd);
	free(text);
	return 0;
}

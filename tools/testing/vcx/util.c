// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>

#include "util.h"

#define LOG_LINES_PER_SECOND 200

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode(const char *hex, u8 *out, size_t max)
{
	size_t n = 0;

	while (hex[0]) {
		int hi = hex_digit(hex[0]);
		int lo = hi < 0 ? -1 : hex_digit(hex[1]);

		if (lo < 0 || n == max)
			return -1;
		out[n++] = (u8)(hi << 4 | lo);
		hex += 2;
	}
	return (int)n;
}

void hex_encode(const u8 *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 0xf];
	}
	out[2 * len] = '\0';
}

void log_init(struct log *log, FILE *file, enum log_level level)
{
	*log = (struct log){ .file = file, .level = level };
}

void log_msg(struct log *log, enum log_level level, const char *fmt, ...)
{
	static const char * const names[] = {
		[LOG_ERROR] = "error",
		[LOG_GUEST] = "guest",
		[LOG_INFO] = "info",
		[LOG_DEBUG] = "debug",
	};
	u64 now = now_ns();
	va_list ap;

	if (!log->file || level > log->level)
		return;
	if (now - log->window_ns >= 1000 * MS_TO_NS) {
		if (log->suppressed)
			fprintf(log->file, "log: %llu lines suppressed\n", log->suppressed);
		log->window_ns = now;
		log->in_window = 0;
		log->suppressed = 0;
	}
	if (++log->in_window > LOG_LINES_PER_SECOND) {
		log->suppressed++;
		return;
	}
	fprintf(log->file, "%llu.%06llu %s: ", now / 1000000000ull,
		now / 1000 % 1000000, names[level]);
	va_start(ap, fmt);
	vfprintf(log->file, fmt, ap);
	va_end(ap);
	fputc('\n', log->file);
	fflush(log->file);
}

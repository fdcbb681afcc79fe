// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events in systemd's journal: writing them, and reading them back.
 *
 * An entry is one datagram of journald's native protocol, which systemd documents as
 * stable, so that the tool needs no library of systemd's. Each value of the event is a
 * field that journalctl finds; FWCTL_EVENT has all of them as JSON, from which the
 * event is read back.
 */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"

#define SOCKET "/run/systemd/journal/socket"
/* Entries with events have this identifier; random, as systemd requires. */
#define ID "9b65bc16e3f04140aec800773d1077c0"
#define MAX_TYPES 8

struct journal {
	pid_t pid;
	FILE *file;
	char *line;
	size_t size;
};

/* A field in the form that admits any bytes: name, length, value. */
static void put_field(FILE *file, const char *name, const char *value)
{
	uint64_t len = htole64(strlen(value));

	fprintf(file, "%s\n", name);
	fwrite(&len, sizeof(len), 1, file);
	fprintf(file, "%s\n", value);
}

/* Fields of a value of the event: one, or one for each element of an array. */
static void put_value(FILE *file, const char *key, json_object *value)
{
	char name[64];
	size_t i;

	if (json_object_is_type(value, json_type_array)) {
		for (i = 0; i < json_object_array_length(value); i++)
			put_value(file, key, json_object_array_get_idx(value, i));
		return;
	}
	if (!value)
		return;
	snprintf(name, sizeof(name), "FWCTL_%s", key);
	for (i = 0; name[i]; i++)
		name[i] = toupper((unsigned char)name[i]);
	put_field(file, name, json_object_get_string(value));
}

static int send_entry(const void *data, size_t len)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = 0;

	if (fd < 0 || sendto(fd, data, len, MSG_NOSIGNAL, (struct sockaddr *)&address,
			     sizeof(address)) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

/* Write an entry with an event and its text; @priority is one of syslog(3). */
int journal_write(struct run *run, int priority, const char *text, json_object *event)
{
	char number[] = { '0' + priority, 0 }, *data = NULL;
	size_t len;
	FILE *file = open_memstream(&data, &len);
	int ret = -ENOMEM;

	if (file) {
		put_field(file, "MESSAGE", text);
		put_field(file, "MESSAGE_ID", ID);
		put_field(file, "PRIORITY", number);
		put_field(file, "SYSLOG_IDENTIFIER", "fwctl");
		json_object_object_foreach(event, key, value)
			put_value(file, key, value);
		put_field(file, "FWCTL_EVENT", json_object_to_json_string_ext(event, 0));
		if (!fclose(file))
			ret = send_entry(data, len);
	}
	free(data);
	if (!ret)
		return 0;
	return fail(run, FWCTL_EXIT_UNSUPPORTED,
		    SOCKET ": cannot write into the journal: %s: is systemd-journald running?",
		    strerrordesc_np(-ret));
}

/* In the child: become journalctl. Only root's entries count; journald sets _UID. */
static void become_journalctl(const char *since, const char * const *types)
{
	char matches[MAX_TYPES][32], from[128];
	const char *argv[MAX_TYPES + 9] = {
		"journalctl", "--output=json", "--output-fields=FWCTL_EVENT", "--all",
		"--no-pager", from, "MESSAGE_ID=" ID, "_UID=0",
	};
	size_t i, n = 8;

	snprintf(from, sizeof(from), "--since=%s", since);
	for (i = 0; i < MAX_TYPES && types[i]; i++) {
		snprintf(matches[i], sizeof(matches[i]), "FWCTL_TYPE=%s", types[i]);
		argv[n++] = matches[i];
	}
	execvp(argv[0], (char **)argv);
	_exit(127);
}

/*
 * Begin to read the events of some types, NULL at the end of them, since a time in the
 * notation of journalctl. Returns NULL on an error, which is the run's.
 */
struct journal *journal_open(struct run *run, const char *since, const char * const *types)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int ends[2];

	if (!journal || pipe2(ends, O_CLOEXEC)) {
		free(journal);
		fail(run, FWCTL_EXIT_USAGE, "journalctl: %m");
		return NULL;
	}
	journal->file = fdopen(ends[0], "r");
	journal->pid = journal->file ? fork() : -1;
	if (!journal->pid) {
		dup2(ends[1], STDOUT_FILENO);
		become_journalctl(since, types);
	}
	close(ends[1]);
	return journal;
}

/* The next event, which the caller releases, or NULL at the end. */
json_object *journal_next(struct journal *journal)
{
	json_object *entry, *event;
	const char *text;

	while (journal->file && getline(&journal->line, &journal->size, journal->file) > 0) {
		entry = json_tokener_parse(journal->line);
		text = string_of(entry, "FWCTL_EVENT");
		event = text ? json_tokener_parse(text) : NULL;
		json_object_put(entry);
		if (json_object_is_type(event, json_type_object))
			return event;
		json_object_put(event);
	}
	return NULL;
}

/* End the reading, also in front of the journal's end. */
void journal_close(struct run *run, struct journal *journal)
{
	bool whole;
	int status = -1;

	if (!journal)
		return;
	whole = journal->file && feof(journal->file);
	if (journal->file)
		fclose(journal->file);
	if (journal->pid > 0)
		waitpid(journal->pid, &status, 0);
	if (journal->pid < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "journalctl: cannot be run: only systemd's journal keeps events");
	else if (whole && status)
		fail(run, FWCTL_EXIT_USAGE, "journalctl failed; its message is above");
	free(journal->line);
	free(journal);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card's line in fwctl dev list: model, part and serial number, and firmware.
 *
 * They are in the firmware, so the device has to be opened. The answers are kept in
 * /run/fwctl for a minute, for programs that list devices often. This file uses no other
 * one of the plugin: access.c tells it of writes that change the answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access.h"

#define CACHE "/run/fwctl"
#define CACHE_NS (60 * 1000000000LL)
#define CACHE_MAX 4096

/* The keys of what is kept. */
static const char * const keys[] = {
	"model", "part", "serial", "psid", "firmware", "pending",
};

/* mstflint's dev_mgt has the numbers. */
static const struct {
	__u16 hw_dev_id;
	const char *name;
} models[] = {
	{ 0x209, "ConnectX-4" }, { 0x20b, "ConnectX-4 Lx" }, { 0x20d, "ConnectX-5" },
	{ 0x20f, "ConnectX-6" }, { 0x212, "ConnectX-6 Dx" }, { 0x216, "ConnectX-6 Lx" },
	{ 0x218, "ConnectX-7" }, { 0x21e, "ConnectX-8" }, { 0x224, "ConnectX-9" },
	{ 0x211, "BlueField" }, { 0x214, "BlueField-2" }, { 0x21c, "BlueField-3" },
};

/* A register of a device, by field. */
struct answer {
	const struct fwctl_mlx5_layout *layout;
	__u8 data[256];
};

static void begin(struct answer *answer, const char *name)
{
	memset(answer, 0, sizeof(*answer));
	answer->layout = fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, name);
}

static void set(struct answer *answer, const char *name, __u64 value)
{
	const struct fwctl_mlx5_field *field;

	field = fwctl_mlx5_field_find(answer->layout, name, NULL, 0);
	if (field)
		fwctl_mlx5_field_set(field, answer->data, answer->layout->size, value);
}

static __u32 get(const struct answer *answer, const char *name)
{
	const struct fwctl_mlx5_field *field;
	__u64 value = 0;

	field = fwctl_mlx5_field_find(answer->layout, name, NULL, 0);
	if (field)
		fwctl_mlx5_field_get(field, answer->data, answer->layout->size, &value);
	return value;
}

/* A field that is text; NULL if it is empty. */
static json_object *get_text(const struct answer *answer, const char *name)
{
	const struct fwctl_mlx5_field *field;
	char text[128];

	field = fwctl_mlx5_field_find(answer->layout, name, answer->data,
				      answer->layout->size);
	if (!field || fwctl_mlx5_field_text(field, answer->data, answer->layout->size,
					    text, sizeof(text)) || !*text)
		return NULL;
	return json_text(text);
}

static bool ask(struct fwctl_dev *dev, struct answer *answer)
{
	struct fwctl_mlx5_reg reg = {
		.id = answer->layout->id, .data = answer->data,
		.len = answer->layout->size,
	};

	return !fwctl_mlx5_reg_access(dev, FWCTL_RPC_DEBUG_READ_ONLY, &reg);
}

static const char *model_name(__u32 hw_dev_id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(models); i++)
		if (models[i].hw_dev_id == hw_dev_id)
			return models[i].name;
	return NULL;
}

/* The version that the next start runs, if that is another one. */
static json_object *pending(const struct answer *mcqi, const __u32 running[3])
{
	json_object *text = get_text(mcqi, "version_string");
	__u32 next[3];

	if (text && sscanf(json_object_get_string(text), "%u.%u.%u", &next[0],
			   &next[1], &next[2]) == 3 &&
	    memcmp(next, running, sizeof(next)))
		return text;
	json_object_put(text);
	return NULL;
}

/* Ask an open device. */
static void ask_card(json_object *object, struct fwctl_dev *dev)
{
	struct answer answer;
	__u32 running[3];
	char text[40];

	begin(&answer, "mgir");
	if (!ask(dev, &answer))
		return;
	running[0] = get(&answer, "extended_major");
	running[1] = get(&answer, "extended_minor");
	running[2] = get(&answer, "extended_subminor");
	snprintf(text, sizeof(text), "%u.%u.%u", running[0], running[1], running[2]);
	json_add(object, "model", json_text(model_name(get(&answer, "hw_dev_id"))));
	json_add(object, "psid", get_text(&answer, "psid"));
	json_add(object, "firmware", json_text(text));
	begin(&answer, "msgi");
	if (ask(dev, &answer)) {
		json_add(object, "part", get_text(&answer, "part_number"));
		json_add(object, "serial", get_text(&answer, "serial_number"));
	}
	/* The stored version of component 0, the firmware itself. */
	begin(&answer, "mcqi");
	set(&answer, "read_pending_component", 1);
	set(&answer, "info_type", 1);
	set(&answer, "data_size", 124);
	if (ask(dev, &answer))
		json_add(object, "pending", pending(&answer, running));
}

/* The identity of this registration of the device, which no other one gets. */
static void registration(const char *name, char *text, size_t size)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/class/fwctl/%s/", name);
	*text = 0;
	if (!stat(path, &st))
		snprintf(text, size, "%llu-%lld.%09ld", (unsigned long long)st.st_ino,
			 (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

static void cache_path(const char *name, char *path, size_t size)
{
	snprintf(path, size, CACHE "/%s.json", name);
}

/* Read a file of this user's or root's, which no other user can write. */
static json_object *read_cache(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[CACHE_MAX];
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    (!st.st_uid || st.st_uid == geteuid()) && !(st.st_mode & 0022))
		n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return NULL;
	text[n] = 0;
	return json_tokener_parse(text);
}

/* Take the answers from the cache, if they are of this registration and recent. */
static bool from_cache(json_object *object, const char *name)
{
	json_object *cache, *value;
	char path[128], node[64];
	int64_t age;
	bool good;
	size_t i;

	cache_path(name, path, sizeof(path));
	cache = read_cache(path);
	registration(name, node, sizeof(node));
	age = clock_ns(CLOCK_MONOTONIC) - (int64_t)number_of(cache, "time_ns");
	good = json_object_is_type(cache, json_type_object) && *node &&
	       string_of(cache, "node") && !strcmp(string_of(cache, "node"), node) &&
	       age >= 0 && age < CACHE_NS;
	for (i = 0; good && i < ARRAY_SIZE(keys); i++) {
		value = json_object_object_get(cache, keys[i]);
		if (!value || json_object_is_type(value, json_type_string))
			json_add(object, keys[i], json_object_get(value));
	}
	json_object_put(cache);
	return good;
}

/* Keep the answers; without the right to, they are asked for again. */
static void to_cache(json_object *object, const char *name)
{
	json_object *cache = json_object_new_object();
	char path[128], part[160], node[64];
	const char *text;
	size_t i, len;
	bool bad;
	int fd;

	registration(name, node, sizeof(node));
	json_add(cache, "node", json_text(node));
	json_add(cache, "time_ns", json_object_new_int64(clock_ns(CLOCK_MONOTONIC)));
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		json_add(cache, keys[i],
			 json_object_get(json_object_object_get(object, keys[i])));
	text = json_object_to_json_string_ext(cache, JSON_C_TO_STRING_PLAIN);
	len = strlen(text);
	mkdir(CACHE, 0700);
	cache_path(name, path, sizeof(path));
	snprintf(part, sizeof(part), "%s.%d.part", path, getpid());
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		bad = len >= CACHE_MAX || write(fd, text, len) != (ssize_t)len;
		bad |= close(fd);
		if (bad || rename(part, path))
			unlink(part);
	}
	json_object_put(cache);
}

/* The answers may change, e.g. by an update of the firmware. */
void describe_forget(const struct fwctl_dev *dev)
{
	char path[128];

	cache_path(fwctl_dev_name(dev), path, sizeof(path));
	unlink(path);
}

/* The name of the card, which its functions share. */
static json_object *card_name(struct fwctl_dev *dev)
{
	char name[64], text[64];

	snprintf(name, sizeof(name), "fwctl/%.32s/card", fwctl_dev_name(dev));
	return fwctl_dev_attribute(dev, name, text, sizeof(text)) ? NULL :
	       json_text(text);
}

void mlx5_describe(struct run *run, json_object *object, struct fwctl_dev *dev)
{
	const char *name = fwctl_dev_name(dev);
	bool opened = false;

	json_add(object, "card", card_name(dev));
	if (!run->set.recorded && from_cache(object, name))
		return;
	/* A ceiling of none admits nothing, and an attempt counts as a refusal. */
	if (fwctl_dev_driver(dev) && !fwctl_dev_scopes(dev))
		return;
	/* The command may have opened it; otherwise reading is enough. */
	opened = !fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY);
	ask_card(object, dev);
	if (opened)
		fwctl_dev_close(dev);
	if (!run->set.recorded && string_of(object, "firmware"))
		to_cache(object, name);
}

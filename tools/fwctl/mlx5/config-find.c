// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the names of a command line to parameters, and the reasons why a name has no
 * parameter or a card does not have it.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config.h"

#define MAX_CONDITION 1024

/* Parse "[3]" or "[0..7]", which ends at @end. */
static bool parse_range(const char *at, const char *end, unsigned long *first,
			unsigned long *last)
{
	char *stop;

	if (*at++ != '[' || !isdigit((unsigned char)*at))
		return false;
	*first = strtoul(at, &stop, 10);
	*last = *first;
	if (!strncmp(stop, "..", 2) && isdigit((unsigned char)stop[2]))
		*last = strtoul(stop + 2, &stop, 10);
	return *stop == ']' && stop + 1 == end;
}

static bool is_pattern(const char *word, size_t len)
{
	return memchr(word, '*', len) || memchr(word, '?', len);
}

static bool matches(const char *name, const char *word, size_t len)
{
	char pattern[CONFIG_MAX_NAME];

	if (len >= sizeof(pattern))
		return false;
	memcpy(pattern, word, len);
	pattern[len] = 0;
	return !fnmatch(pattern, name, FNM_CASEFOLD);
}

/*
 * Does a word name a parameter: by its whole name, by that of its array or by a
 * range in it, by the name that several ports, modules or elements share, or by a
 * pattern?
 */
bool config_is_named(const struct config_param *param, const char *name,
		     size_t len)
{
	size_t stem = strcspn(param->name, "[");
	unsigned long first, last;

	if (is_pattern(name, len))
		return matches(param->name, name, len);
	if (strlen(param->field->name) == len &&
	    !strncasecmp(param->field->name, name, len))
		return true;
	if (len < stem || strncasecmp(param->name, name, stem))
		return false;
	if (len == stem)
		return true;
	return param->field->elements &&
	       parse_range(name + stem, name + len, &first, &last) &&
	       param->element >= first && param->element <= last;
}

/* The next parameter after @param, or the first one, that a word names; or NULL. */
struct config_param *config_next(struct config *config,
				 const struct config_param *param,
				 const char *name, size_t len)
{
	size_t i;

	for (i = param ? param - config->params + 1 : 0; i < config->nparams; i++)
		if (config_is_named(&config->params[i], name, len))
			return &config->params[i];
	return NULL;
}

/* The name of a parameter that a word was probably meant to be, or NULL. */
static const char *nearest(const struct config *config, const char *word,
			   size_t len)
{
	unsigned int least = UINT_MAX, now;
	const char *found = NULL;
	size_t i;

	for (i = 0; i < config->nparams; i++) {
		now = word_distance(config->params[i].name, word, len);
		if (now < least) {
			least = now;
			found = config->params[i].name;
		}
	}
	return found;
}

/* The name of a parameter that has a word in it, or NULL. */
static const char *containing(const struct config *config, const char *word, size_t len)
{
	char pattern[CONFIG_MAX_NAME + 2];
	size_t i;

	if (len < 2 || len >= CONFIG_MAX_NAME)
		return NULL;
	snprintf(pattern, sizeof(pattern), "*%.*s*", (int)len, word);
	for (i = 0; i < config->nparams; i++)
		if (config_is_named(&config->params[i], pattern, len + 2))
			return config->params[i].name;
	return NULL;
}

/* Is the word a parameter's name with the number of a port or element that is not there? */
static const struct config_param *other_instance(const struct config *config,
						 const char *word, size_t len)
{
	size_t i, stem;

	for (i = 0; i < config->nparams; i++) {
		const struct config_param *param = &config->params[i];

		stem = strlen(param->field->name);
		if (stem >= len || strncasecmp(param->field->name, word, stem))
			continue;
		if ((param->field->elements && word[stem] == '[') ||
		    (param->item->tlv->class == CONFIG_PORT &&
		     !strncasecmp(word + stem, "_P", 2) &&
		     isdigit((unsigned char)word[stem + 2])) ||
		    (param->item->tlv->class == CONFIG_MODULE &&
		     !strncasecmp(word + stem, "_M", 2) &&
		     isdigit((unsigned char)word[stem + 2])))
			return param;
	}
	return NULL;
}

/* The number of parameters that the catalogue has. */
static size_t count_names(const struct config *config)
{
	size_t i, count = 0;

	for (i = 0; i < config->names.nfields; i++)
		count += !!config->names.fields[i].name;
	return count;
}

/* Is the word the name of a parameter that is no other function's, as is asked for? */
static bool is_of_card(const struct config *config, const char *word, size_t len)
{
	const struct config_catalogue *names = &config->names;
	size_t i, stem;

	for (i = 0; i < names->nfields && config->other; i++) {
		stem = names->fields[i].name ? strlen(names->fields[i].name) : 0;
		if (stem && len >= stem &&
		    !strncasecmp(names->fields[i].name, word, stem) &&
		    (len == stem || word[stem] == '_' || word[stem] == '['))
			return true;
	}
	return false;
}

/* Why no parameter has the name of a word; the caller frees *why. */
enum config_reason config_unknown(struct config *config, const char *word,
				  size_t len, char **why)
{
	const struct config_param *other = other_instance(config, word, len);
	const char *near = other ? NULL : nearest(config, word, len);
	const char *part = containing(config, word, len);
	bool of_card = is_of_card(config, word, len);
	int done;

	if (of_card)
		done = asprintf(why,
				"%.*s: a parameter of the card, not of a host or function; leave out --host and --pf",
				(int)len, word);
	else if (other)
		done = asprintf(why,
				"%.*s: this card has no such port, module or element; it has e.g. %s",
				(int)len, word, other->name);
	else if (near)
		done = asprintf(why, "%.*s: no such parameter; did you mean %s?",
				(int)len, word, near);
	else if (part)
		done = asprintf(why,
				"%.*s: no such parameter; '*%.*s*' fits e.g. %s",
				(int)len, word, (int)len, word, part);
	else if (config->names.database)
		done = asprintf(why,
				"%.*s: no such parameter; see 'fwctl mlx5 config list'",
				(int)len, word);
	else
		done = asprintf(why,
				"%.*s: no such parameter in the tool's own table of %zu; install mstflint, or name its database with --database",
				(int)len, word, count_names(config));
	if (done < 0)
		*why = NULL;
	return other || of_card ? CONFIG_ABSENT : CONFIG_UNKNOWN;
}

/* The parameter of a field that an expression about @param names, or NULL. */
const struct config_param *config_param_of(const struct config *config,
					   const struct config_param *param,
					   const char *tlv, const char *field)
{
	const struct config_param *other;
	size_t i;

	for (i = 0; i < config->nparams; i++) {
		other = &config->params[i];
		if (!strcmp(other->field->field, field) &&
		    (tlv ? !strcmp(other->item->tlv->name, tlv) :
			   other->item->tlv == param->item->tlv) &&
		    (other->item->tlv->class != param->item->tlv->class ||
		     other->item->instance == param->item->instance))
			return other;
	}
	return NULL;
}

/*
 * Append to @text the setting that makes a comparison of a parameter with a number
 * true. Returns false if the condition is none, e.g. if it is about a capability.
 */
static bool add_setting(const struct config *config,
			const struct config_param *param, const char *condition,
			char *text, size_t size)
{
	char word[2 * CONFIG_MAX_NAME], sign[3], name[32], *field;
	const struct config_param *other;
	unsigned long long number;
	size_t len = strlen(text);
	int end = -1;

	condition += strspn(condition, "( $");
	if (sscanf(condition, "%191[A-Za-z0-9_.] %2[=!] %lli%n", word, sign,
		   (long long *)&number, &end) != 3 || end < 0 ||
	    condition[end + strspn(condition + end, ") ")])
		return false;
	field = strchr(word, '.');
	if (field)
		*field++ = 0;
	other = config_param_of(config, param, field ? word : NULL, field ? field : word);
	if (!other || (strcmp(sign, "==") && other->field->type != CONFIG_BOOL))
		return false;
	if (other->field->type == CONFIG_BOOL)
		snprintf(name, sizeof(name), "%s",
			 !number == !strcmp(sign, "==") ? "no" : "yes");
	else if (!config_value_name(other->field, number, name, sizeof(name)))
		snprintf(name, sizeof(name), "%llu", number);
	snprintf(text + len, size - len, "%s%s=%s", len ? " and " : "",
		 other->name, name);
	return true;
}

/* The difference between the numbers of opening and closing parentheses. */
static int open_at_end(const char *text)
{
	int open = 0;

	for (; *text; text++)
		open += (*text == '(') - (*text == ')');
	return open;
}

/* Remove parentheses around all of a text. */
static char *unwrap(char *text)
{
	size_t len = strlen(text), i;
	int open;

	while (len > 1 && text[0] == '(' && text[len - 1] == ')') {
		for (i = 0, open = 0; i < len - 1; i++) {
			open += (text[i] == '(') - (text[i] == ')');
			if (!open)
				return text;
		}
		text[len - 1] = 0;
		text++;
		len -= 2;
	}
	return text;
}

/*
 * The settings that show a parameter whose condition is false. Returns false if
 * other settings cannot show it.
 */
static bool settings_for(struct config *config, const struct config_param *param,
			 char *text, size_t size)
{
	char conditions[MAX_CONDITION], *part, *end;
	int64_t value;

	*text = 0;
	if (!param->field->needs || strstr(param->field->needs, "||") ||
	    strchr(param->field->needs, '?') ||
	    strlen(param->field->needs) >= sizeof(conditions))
		return false;
	strcpy(conditions, param->field->needs);
	for (part = unwrap(conditions); part; part = end) {
		end = strstr(part, "&&");
		if (end) {
			*end = 0;
			end += 2;
		}
		if (open_at_end(part))
			return false;
		if (config_eval(config, param, part, &value) && value)
			continue;
		if (!add_setting(config, param, part, text, size))
			return false;
	}
	return *text;
}

/* Why the device does not have a parameter of the catalogue; the caller frees *why. */
enum config_reason config_missing(struct config *config,
				  const struct config_param *param, char **why)
{
	enum config_reason reason = CONFIG_ABSENT;
	char settings[512];
	int done;

	if (settings_for(config, param, settings, sizeof(settings))) {
		reason = CONFIG_HIDDEN;
		done = asprintf(why, "%s: hidden until %s", param->name, settings);
	} else {
		done = asprintf(why, "%s: this card does not have this parameter",
				param->name);
	}
	if (done < 0)
		*why = NULL;
	return reason;
}

/*
 * The first of the parameters that a word names and that a command sets, or NULL
 * after an error: several ports or a whole array have to be named one by one or by
 * a range.
 */
struct config_param *config_find(struct config *config, const char *name,
				 size_t len)
{
	struct config_param *param = config_next(config, NULL, name, len);
	char *why = NULL;

	if (!param) {
		config_unknown(config, name, len, &why);
		fail(config->run, FWCTL_EXIT_USAGE, "%s", why ? why : "no memory");
		free(why);
		return NULL;
	}
	if (!is_pattern(name, len) &&
	    (strlen(param->name) == len || memchr(name, '[', len)))
		return param;
	fail(config->run, FWCTL_EXIT_USAGE,
	     "%.*s: ambiguous; name one of them, e.g. %s", (int)len, name,
	     param->name);
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expressions of the catalogue: integers, fields (ITEM.FIELD, or FIELD of the
 * same item, either with a $ in front), ?: || && comparisons + - * / ! and
 * parentheses.
 *
 * A field that the device does not have is unknown, and so is an expression whose
 * value depends on it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define MAX_DEPTH 64

struct value {
	int64_t number;
	bool known;
};

struct parser {
	struct config *config;
	const struct config_param *param;
	const char *at;
	unsigned int depth;
	bool bad;
};

static const struct value unknown;

static struct value known(int64_t number)
{
	return (struct value){ number, true };
}

/* Consume a word if it comes next. */
static bool take(struct parser *parser, const char *word)
{
	size_t len = strlen(word);

	parser->at += strspn(parser->at, " ");
	if (strncmp(parser->at, word, len))
		return false;
	parser->at += len;
	return true;
}

static bool is_name(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && !memcmp(name, text, len);
}

/* Read a field of the same item, or of another one of the same port or module. */
static struct value get_field(struct parser *parser, const char *tlv,
			      size_t tlv_len, const char *field, size_t len)
{
	const struct config_catalogue *names = &parser->config->names;
	const struct config_tlv *own = parser->param->item->tlv, *its;
	enum config_view view = parser->config->before ? CONFIG_NEXT :
							 CONFIG_WANTED;
	struct config_param param = {};
	unsigned int instance = 0;
	size_t i;

	for (i = 0; tlv && i < names->ntlvs; i++)
		if (is_name(names->tlvs[i].name, tlv, tlv_len))
			break;
	if (tlv && i == names->ntlvs)
		return unknown;
	its = tlv ? &names->tlvs[i] : own;
	param.field = names->fields + its->first;
	for (i = 0; i < its->count; i++, param.field++)
		if (is_name(param.field->field, field, len))
			break;
	if (i == its->count || param.field->type == CONFIG_BYTES)
		return unknown;
	if (its->class == own->class)
		instance = parser->param->item->instance;
	else if (its->class == CONFIG_PORT)
		instance = 1;
	param.item = config_item(parser->config, its, instance);
	if (!param.item ||
	    !config_read(parser->config, param.item, view) ||
	    param.item->version < param.field->version)
		return unknown;
	return known((int64_t)config_number(&param, param.item->data[view]));
}

static struct value parse_choice(struct parser *parser);

static struct value parse_primary(struct parser *parser)
{
	struct value value;
	const char *start;
	size_t first;
	char *end;

	if (take(parser, "(")) {
		value = parse_choice(parser);
		parser->bad |= !take(parser, ")");
		return value;
	}
	if (isdigit((unsigned char)*parser->at)) {
		errno = 0;
		value = known(strtoll(parser->at, &end, 0));
		parser->at = end;
		return errno ? unknown : value;
	}
	take(parser, "$");
	start = parser->at;
	while (isalnum((unsigned char)*parser->at) || *parser->at == '_')
		parser->at++;
	first = parser->at - start;
	parser->bad |= !first;
	if (*parser->at != '.')
		return get_field(parser, NULL, 0, start, first);
	parser->at++;
	while (isalnum((unsigned char)*parser->at) || *parser->at == '_')
		parser->at++;
	return get_field(parser, start, first, start + first + 1,
			 parser->at - start - first - 1);
}

static struct value parse_unary(struct parser *parser)
{
	struct value value;
	bool not, minus;

	if (++parser->depth > MAX_DEPTH)
		parser->bad = true;
	if (parser->bad)
		return unknown;
	parser->at += strspn(parser->at, " ");
	not = parser->at[0] == '!' && parser->at[1] != '=' && take(parser, "!");
	minus = !not && take(parser, "-");
	value = not || minus ? parse_unary(parser) : parse_primary(parser);
	parser->depth--;
	if (not)
		value.number = !value.number;
	if (minus && __builtin_sub_overflow(0, value.number, &value.number))
		return unknown;
	return value;
}

static struct value calculate(struct value a, char how, struct value b)
{
	bool bad = !a.known || !b.known;

	if (how == '+')
		bad |= __builtin_add_overflow(a.number, b.number, &a.number);
	else if (how == '-')
		bad |= __builtin_sub_overflow(a.number, b.number, &a.number);
	else if (how == '*')
		bad |= __builtin_mul_overflow(a.number, b.number, &a.number);
	else if (b.number <= 0)
		bad = true;
	else
		a.number /= b.number;
	return bad ? unknown : a;
}

static struct value parse_product(struct parser *parser)
{
	struct value value = parse_unary(parser);

	while (!parser->bad) {
		if (take(parser, "*"))
			value = calculate(value, '*', parse_unary(parser));
		else if (take(parser, "/"))
			value = calculate(value, '/', parse_unary(parser));
		else
			break;
	}
	return value;
}

static struct value parse_sum(struct parser *parser)
{
	struct value value = parse_product(parser);

	while (!parser->bad) {
		if (take(parser, "+"))
			value = calculate(value, '+', parse_product(parser));
		else if (take(parser, "-"))
			value = calculate(value, '-', parse_product(parser));
		else
			break;
	}
	return value;
}

static struct value parse_comparison(struct parser *parser)
{
	static const char * const signs[] = { "==", "!=", "<=", ">=", "<", ">" };
	struct value a = parse_sum(parser), b;
	int64_t x, y;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signs); i++)
		if (take(parser, signs[i]))
			break;
	if (i == ARRAY_SIZE(signs))
		return a;
	b = parse_sum(parser);
	if (!a.known || !b.known)
		return unknown;
	x = a.number;
	y = b.number;
	switch (i) {
	case 0:
		return known(x == y);
	case 1:
		return known(x != y);
	case 2:
		return known(x <= y);
	case 3:
		return known(x >= y);
	case 4:
		return known(x < y);
	default:
		return known(x > y);
	}
}

static struct value parse_and(struct parser *parser)
{
	struct value a = parse_comparison(parser), b;

	while (!parser->bad && take(parser, "&&")) {
		b = parse_comparison(parser);
		if ((a.known && !a.number) || (b.known && !b.number))
			a = known(0);
		else
			a = a.known && b.known ? known(1) : unknown;
	}
	return a;
}

static struct value parse_or(struct parser *parser)
{
	struct value a = parse_and(parser), b;

	while (!parser->bad && take(parser, "||")) {
		b = parse_and(parser);
		if ((a.known && a.number) || (b.known && b.number))
			a = known(1);
		else
			a = a.known && b.known ? known(0) : unknown;
	}
	return a;
}

static struct value parse_choice(struct parser *parser)
{
	struct value value, yes, no;

	if (++parser->depth > MAX_DEPTH)
		parser->bad = true;
	if (parser->bad)
		return unknown;
	value = parse_or(parser);
	if (parser->bad || !take(parser, "?")) {
		parser->depth--;
		return value;
	}
	yes = parse_choice(parser);
	parser->bad |= !take(parser, ":");
	no = parse_choice(parser);
	parser->depth--;
	if (!value.known)
		return unknown;
	return value.number ? yes : no;
}

/*
 * Evaluate an expression about a parameter, with the wanted values, or, if
 * config->before is set, with those before the change. Returns false if
 * the result is unknown or the expression is malformed.
 */
bool config_eval(struct config *config, const struct config_param *param,
		 const char *text, int64_t *value)
{
	struct parser parser = { config, param, text, 0, false };
	struct value result = parse_choice(&parser);

	parser.at += strspn(parser.at, " \t\n");
	if (parser.bad || *parser.at || !result.known)
		return false;
	*value = result.number;
	return true;
}

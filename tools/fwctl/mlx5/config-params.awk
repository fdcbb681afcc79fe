# SPDX-License-Identifier: GPL-2.0-only
#
# Checks config-params.txt and prints C initializers of two tables, which
# config-params.c includes. After errors, prints a message for each and exits with 1.

function wrong(message)
{
	printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
	bad = 1
}

function hex(text,  i, value)
{
	if (text !~ /^0x[0-9a-f]+$/)
		wrong(text ": not a hexadecimal number")
	for (i = 3; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value + 0
}

function rest()
{
	return substr($0, index($0, $1) + length($1) + 1)
}

function string(text)
{
	gsub(/["\\]/, "\\\\&", text)
	return text == "" ? "NULL" : "\"" text "\""
}

# Checks the place of a field in the last item, and that it overlaps no other one.
function place(field, offset, width,  part, first, i)
{
	if (field !~ /^[a-z][a-z0-9_]*$/)
		wrong(field ": not a name of a field")
	if ((tlv, field) in known)
		wrong(tlv "." field ": duplicate field")
	known[tlv, field] = 1
	if (offset !~ /^0x[0-9a-f]+\.[0-9]+$/ || width !~ /^[0-9]+$/)
		wrong(offset " " width ": not a place")
	split(offset, part, ".")
	first = part[2] + 0
	byte = hex(part[1])
	if (byte % 4 || width < 1 || first + width > 32 || byte + 4 > len)
		wrong(tlv "." field ": outside its dword or item")
	for (i = first; i < first + width; i++) {
		if ((tlv, byte, i) in used)
			wrong(tlv "." field ": overlaps " used[tlv, byte, i])
		used[tlv, byte, i] = field
	}
	wide = width + 0
	start = 8 * byte + first
}

function flush_field()
{
	if (!field)
		return
	if (name && text == "")
		wrong(name ": has no text")
	if ((type == "ENUM") != (values != ""))
		wrong(name ": an enum needs values, and no other type has them")
	fields[nfields++] = sprintf("{ %s, %s, %d, %d, %d, CONFIG_%s, %d, %s, %s, %s, %s, %s, %s, NULL, 0 }",
		string(name), string(field), ntlvs - 1, start, wide, type, version,
		string(values), string(low), string(high), string(needs), string(valid),
		string(text))
	field = name = text = values = low = high = needs = valid = ""
	version = 0
}

# Remembers the fields that an expression names, to check them at the end.
function refer(expression,  word)
{
	while (match(expression, /[a-zA-Z_][a-zA-Z0-9_.]*/)) {
		word = substr(expression, RSTART, RLENGTH)
		expression = substr(expression, RSTART + RLENGTH)
		if (word !~ /\./)
			word = tlv "." word
		wanted[word] = FNR
	}
}

/^#/ || !NF { next }
/^\t/ && !name { wrong("not behind a parameter"); next }
/^\ttext / { text = rest(); next }
/^\tneeds / { needs = rest(); refer(needs); next }
/^\tmin / { low = rest(); refer(low); next }
/^\tmax / { high = rest(); refer(high); next }
/^\tvalid / { valid = $2; refer(valid); next }
/^\tversion / { version = $2; next }
/^\tvalues / {
	split("", numbers)
	split("", words)
	for (i = 2; i <= NF; i++) {
		if ($i !~ /^[A-Za-z0-9_]+=[0-9]+$/) {
			wrong($i ": not in the form NAME=NUMBER")
			continue
		}
		split($i, pair, "=")
		if (pair[1] in words || pair[2] in numbers)
			wrong($i ": duplicate name or number")
		if (pair[2] + 0 >= 2 ^ wide)
			wrong($i ": needs more bits than the field has")
		words[pair[1]] = numbers[pair[2]] = 1
		values = values (values == "" ? "" : ",") $i
	}
	next
}
$1 == "tlv" && NF == 6 {
	flush_field()
	tlv = $2
	len = $5 + 0
	if (tlv in lengths)
		wrong(tlv ": duplicate item")
	if ($3 !~ /^(global|port|function|host|module)$/)
		wrong($3 ": not a class")
	if (len < 4 || len > 256 || len % 4)
		wrong(tlv ": the length is not a multiple of 4 from 4 to 256")
	if (($3, $4) in places)
		wrong(tlv ": same number as " places[$3, $4])
	places[$3, $4] = tlv
	lengths[tlv] = len
	if ($6 !~ /^(reset|boot|power)$/)
		wrong($6 ": not an effect")
	tlvs[ntlvs++] = sprintf("{ %s, CONFIG_%s, %d, %d, CONFIG_AT_%s, 0, 0 }",
				string(tlv), toupper($3), hex($4), len, toupper($6))
	next
}
$1 == "field" && NF == 4 {
	flush_field()
	field = $2
	type = "INT"
	place($2, $3, $4)
	next
}
$1 == "param" && NF == 6 {
	flush_field()
	name = $2
	if (name !~ /^[A-Z][A-Za-z0-9_]*$/)
		wrong(name ": not a name of a parameter")
	if (tolower(name) in params)
		wrong(name ": duplicate parameter")
	params[tolower(name)] = 1
	field = $3
	if ($6 !~ /^(bool|int|enum|binary)$/ || ($6 == "bool" && $5 != 1))
		wrong($6 ": not a type of this parameter")
	type = toupper($6)
	place($3, $4, $5)
	next
}
{ wrong("not a known line") }

END {
	flush_field()
	for (word in wanted) {
		split(word, part, ".")
		if (!((part[1], part[2]) in known)) {
			FNR = wanted[word]
			wrong(word ": no such field")
		}
	}
	if (bad)
		exit 1
	print "static const struct config_tlv own_tlvs[] = {"
	for (i = 0; i < ntlvs; i++)
		print "\t" tlvs[i] ","
	print "};\n\nstatic const struct config_field own_fields[] = {"
	for (i = 0; i < nfields; i++)
		print "\t" fields[i] ","
	print "};"
}

# SPDX-License-Identifier: GPL-2.0-only
#
# Checks config-params.txt and makes C initializers of it: tables that config-params.c
# includes. Ends with status 1 and a message for each thing that is wrong.

function wrong(message)
{
	printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
	bad = 1
}

function hex(text,  i, value)
{
	if (text !~ /^0x[0-9a-f]+$/)
		wrong(text ": is no hexadecimal number")
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

# A field of the last item: checks its place, and that nothing else is there.
function place(field, offset, width,  part, first, i)
{
	if (field !~ /^[a-z][a-z0-9_]*$/)
		wrong(field ": is no name of a field")
	if ((tlv, field) in known)
		wrong(tlv "." field ": is there twice")
	known[tlv, field] = 1
	if (offset !~ /^0x[0-9a-f]+\.[0-9]+$/ || width !~ /^[0-9]+$/)
		wrong(offset " " width ": is no place")
	split(offset, part, ".")
	first = part[2] + 0
	byte = hex(part[1])
	if (byte % 4 || width < 1 || first + width > 32 || byte + 4 > len)
		wrong(tlv "." field ": is beyond its dword or item")
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
		wrong(name ": values belong to an enum, and only to that")
	fields[nfields++] = sprintf("{ %s, %s, %d, %d, %d, CONFIG_%s, %d, %s, %s, %s, %s, %s, %s, NULL, 0 }",
		string(name), string(field), ntlvs - 1, start, wide, type, version,
		string(values), string(low), string(high), string(needs), string(valid),
		string(text))
	field = name = text = values = low = high = needs = valid = ""
	version = 0
}

# What expressions and valid bits name is looked for when all is known.
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
/^\t/ && !name { wrong("belongs to no parameter"); next }
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
			wrong($i ": is no NAME=NUMBER")
			continue
		}
		split($i, pair, "=")
		if (pair[1] in words || pair[2] in numbers)
			wrong($i ": is there twice")
		if (pair[2] + 0 >= 2 ^ wide)
			wrong($i ": needs more bits than there are")
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
		wrong(tlv ": is there twice")
	if ($3 !~ /^(global|port|function|host|module)$/)
		wrong($3 ": is no class")
	if (len < 4 || len > 256 || len % 4)
		wrong(tlv ": has a length that is none")
	if (($3, $4) in places)
		wrong(tlv ": has the number of " places[$3, $4])
	places[$3, $4] = tlv
	lengths[tlv] = len
	if ($6 !~ /^(reset|boot)$/)
		wrong($6 ": is no effect")
	tlvs[ntlvs++] = sprintf("{ %s, CONFIG_%s, %d, %d, CONFIG_AT_%s }",
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
		wrong(name ": is no name of a parameter")
	if (tolower(name) in params)
		wrong(name ": is there twice")
	params[tolower(name)] = 1
	field = $3
	if ($6 !~ /^(bool|int|enum)$/ || ($6 == "bool" && $5 != 1))
		wrong($6 ": is no type of it")
	type = toupper($6)
	place($3, $4, $5)
	next
}
{ wrong("cannot be understood") }

END {
	flush_field()
	for (word in wanted) {
		split(word, part, ".")
		if (!((part[1], part[2]) in known)) {
			FNR = wanted[word]
			wrong(word ": there is no such field")
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

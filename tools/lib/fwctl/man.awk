# SPDX-License-Identifier: LGPL-2.1-or-later
#
# awk -v dir=FOLDER -v version=VERSION -f man.awk: write a man(3) page for each item
# of kernel-doc's output for libfwctl.h, and libfwctl.3, which lists them all.

function end_page()
{
	if (page == "")
		return
	print ".SH SEE ALSO\n.BR libfwctl (3)" > page
	close(page)
}

function begin_page(name)
{
	page = dir "/" name ".3"
	printf ".TH %s 3 \"\" \"libfwctl %s\" \"Firmware control\"\n", \
		toupper(name), version > page
}

/^\.TH / {
	end_page()
	split($0, quoted, "\"")
	title = quoted[2]
	# With kernel-doc of 6.12 and before, "Kernel API" is the first string of the
	# line, and the title of the rules.
	if (title == "Kernel API" && quoted[4] != title)
		title = quoted[4]
	in_rules = title == "Rules of the library" || title == "Kernel API"
	page = ""
	skip = 0
	if (in_rules)
		next
	count = split(title, words, " ")
	begin_page(words[count])
	next
}

# The rules are the text of libfwctl.3.
in_rules && /^\.SH "SEE ALSO"/ { skip = 1 }
in_rules {
	if (!skip && !/^\.SH/)
		rules = rules $0 "\n"
	next
}

# kernel-doc lists all items of the file.
/^\.SH "SEE ALSO"/ { skip = 1 }
skip { next }

/^\.SH NAME/ {
	print > page
	getline
	sub(/^(struct|enum) /, "")
	print > page
	about = $0
	name = $1
	sub(/^[^ ]* \\- /, "", about)
	items = items sprintf(".TP\n.BR %s (3)\n%s\n", name, about)
	next
}

/^\.SH SYNOPSIS/ {
	print ".SH SYNOPSIS\n.B #include <fwctl/libfwctl.h>\n.PP" > page
	next
}

{ print > page }

END {
	end_page()
	begin_page("libfwctl")
	print ".SH NAME\nlibfwctl \\- find devices that take firmware RPCs, " \
		"talk to them, watch them" > page
	print ".SH SYNOPSIS\n.B #include <fwctl/libfwctl.h>\n.PP\n" \
		".B cc ... $(pkg-config --cflags --libs libfwctl)" > page
	printf ".SH DESCRIPTION\n%s.SH FUNCTIONS AND TYPES\n%s", rules, items > page
	print ".SH SEE ALSO\n.BR fwctl (8)" > page
	close(page)
}

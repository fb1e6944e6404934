# Makes the manual page bytegate-suite(5) of fixtures/README.md, which describes suites, cases and verdicts for people who
# read the sources: its sections from the first one up to "What is here". So there is one description of each key.
#
# usage: awk -v version=VERSION -f scripts/manual.awk fixtures/README.md

# TEXT for roff. What stands in code is bold; emphasis is italic; of a link, its text stays.
function inline(text,    out, code, part, at) {
  # Where things are when they are installed; `make install` puts its own PREFIX there. Pages of the sources are not.
  gsub(/build\/bytegate/, "bytegate", text)
  gsub(/fixtures\/example/, "/usr/share/doc/bytegate/example", text)
  gsub(/\[gallery\/\]/, "[/usr/share/doc/bytegate/gallery/]", text)
  gsub(/(^| )\(\[[^]]*\.md\]\([^)]*\)\)/, "", text)
  gsub(/`schemas\/`/, "`/usr/share/doc/bytegate/schemas/`", text)
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  out = ""
  while ((at = index(text, "`"))) {
    out = out plain(substr(text, 1, at - 1))
    part = substr(text, at + 1)
    at = index(part, "`")
    if (!at) { text = "`" part; break }
    out = out "\\fB" substr(part, 1, at - 1) "\\fR"
    text = substr(part, at + 1)
  }
  out = out plain(text)
  return out ~ /^[.']/ ? "\\&" out : out
}

function plain(text,    before, label) {
  while (match(text, /\[[^]]*\]\([^)]*\)/)) {
    before = substr(text, 1, RSTART - 1)
    label = substr(text, RSTART + 1, index(substr(text, RSTART), "](") - 2)
    text = before label substr(text, RSTART + RLENGTH)
  }
  while (match(text, /\*\*[^*]*\*\*/))
    text = substr(text, 1, RSTART - 1) "\\fI" substr(text, RSTART + 2, RLENGTH - 4) "\\fR" substr(text, RSTART + RLENGTH)
  return text
}

# Ends a paragraph, so that the next text begins one.
function paragraph() { if (in_text) print ".PP"; in_text = 0 }

BEGIN {
  printf ".TH BYTEGATE\\-SUITE 5 \"\" \"bytegate %s\" \"File Formats\"\n", version
  print ".SH NAME\nbytegate\\-suite \\- suites, cases and verdicts of bytegate\n.SH DESCRIPTION"
}
/^## What is here/ { exit }
/^ *<!--/ { next }
/^ *```/ {
  in_code = !in_code
  indent = match($0, /[^ ]/) - 1
  print in_code ? (in_text ? ".PP\n" : "") ".EX" : ".EE"
  in_text = 0
  fresh = !in_code
  next
}
in_code {
  line = substr($0, indent + 1)
  gsub(/\\/, "\\e", line)
  gsub(/-/, "\\-", line)
  print line ~ /^[.']/ ? "\\&" line : line
  next
}
/^# / { next }
/^## / { print ".SH " toupper(inline(substr($0, 4))); in_text = 0; next }
/^\|[-|: ]*\|$/ { next }
/^\|/ {
  sub(/^\| */, "")
  sub(/ *\|$/, "")
  at = index($0, " | ")
  key = substr($0, 1, at - 1)
  text = substr($0, at + 3)
  # The header of a table tells of no key. A third column is told after its name.
  if (!at || key == "verdict" || key == "placeholder") {
    third = index(text, " | ") ? substr(text, index(text, " | ") + 3) : ""
    next
  }
  if (third != "") sub(/ \| /, "; " third " ", text)
  print ".TP\n" inline(key) "\n" inline(text)
  in_table = 1
  next
}
/^$/ { if (in_table) { print ".PP"; in_table = 0 } else paragraph(); next }
/^- / { print ".IP \\(bu 2\n" inline(substr($0, 3)); in_text = 1; next }
/^[0-9]+\. / { print ".IP " $1 " 4"; sub(/^[0-9]+\. /, ""); print inline($0); in_text = 1; next }
{ sub(/^ +/, ""); print inline($0); in_text = 1 }
END { print ".SH SEE ALSO\n.BR bytegate (1),\n.BR bytegate\\-map (5)" }
# SPDX-License-Identifier: MIT

"""Names that folders and classes can have, and that break what takes them for more than names."""

NASTY = (
    "$\\x$",
    "a$b$c$",
    "price \\$5",
    "__init__",
    "_hidden",
    "50%",
    "<b>bold</b> & co",
    "x^2_{i}",
    "{",
    "\\frac{1}{",
    "a|b `c` *d*",
    "two\nlines",
    "a\ttab",
    "\x07bell\x1b[31m",
    "\u4e2d\u6587\u5b57\u7b26",
    "\u732b\U0001f431\U0001f469\u200d\U0001f4bb",
    "\u202egnp.exe",
    "caf\udcc3\udca9 \udcff",  # what os.listdir makes of bytes that are no UTF-8
    "=1+1",
    "",
    "very " * 40,
    "w" * 200,
)

# All that is in them, in names short enough to be drawn whole, for what takes long to draw.
# Where formulas were read, both between dollars would be: the first is none, and so an error.
SHORT = (
    "_$\\x$<b>&{x^2_{i}",
    "a|b `c`*d*\n\t\x07\x1b$50%$",
    "\u202e\udcff\u4e2d\U0001f431",
)
EVERYTHING = " ".join(SHORT)

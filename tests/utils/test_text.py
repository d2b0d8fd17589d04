"""Names made fit for files, pages and terminals."""

import pytest

from elastic_infogan_tf.utils.text import cell, markdown, path_cell, plain
from tests.nasty_names import NASTY


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_any_name_is_one_line_that_can_be_written(name):
    for text in (plain(name), markdown(name)):
        assert text.isprintable() or "\u200d" in text  # joins the parts of an image
        assert len(text.splitlines()) <= 1
        text.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a  b\t\r\n c\u2028d", "a b c d"),
        ("\x1b[31m\x00", r"\x1b[31m\x00"),
        ("caf\udce9", r"caf\xe9"),
        ("\ud800", r"\ud800"),
        ("\u202egnp", r"\u202egnp"),
        ("\u4e2d \U0001f431 é $x$", "\u4e2d \U0001f431 é $x$"),
    ],
)
def test_what_cannot_be_shown_is_its_escape(name, expected):
    assert plain(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("elastic_infogan", "elastic_infogan"),
        ("__init__ _a", r"\_\_init\_\_ \_a"),
        ("a|b `c` *d* <e> &lt; $f$", r"a\|b \`c\` \*d\* \<e> \&lt; \$f\$"),
        ("\\", "\\\\"),
        ("a\nb", "a b"),
        ("![x](http://y)", r"![x\](http://y)"),
    ],
)
def test_markdown_takes_nothing_for_a_mark(name, expected):
    assert markdown(name) == expected


def test_a_cell_is_no_formula():
    for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\n=1"):
        assert cell(name) == f"'{plain(name)}"
        assert cell(f"a{name}")[0] == "a"
    assert path_cell("=1.png") == "./=1.png" and path_cell("a/=1.png") == "a/=1.png"

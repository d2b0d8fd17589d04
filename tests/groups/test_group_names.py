"""Names of groups: what a file may say, what is joined, what is refused in one sentence."""

import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.groups.groups import read_names


@pytest.fixture
def names(tmp_path):
    """A function from a file's content to the names of four codes."""

    def read(content):
        path = tmp_path / "names.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_names(path, 4)

    return read


def test_groups_without_names_are_called_by_their_number():
    groups = read_names(None, 3)
    assert groups.names == ("0", "1", "2") and groups.of_codes.tolist() == [0, 1, 2]


def test_equal_names_join_groups(names):
    groups = names('group,name\n3,chair\n1,chair\n\n0,"stool, high"\n')
    assert groups.names == ("stool, high", "chair", "2")
    assert groups.of_codes.tolist() == [0, 1, 2, 1]
    assert [groups.codes(group) for group in range(3)] == [[0], [1, 3], [2]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ("0", "1", "2", "3")),
        ("Group, Name\r\n2 , a  chair \r\n", ("0", "1", "a chair", "3")),
        ("\ufeff0,Sessel\n", ("Sessel", "1", "2", "3")),  # a spreadsheet's mark
        ("0,\u6905\u5b50\n", ("\u6905\u5b50", "1", "2", "3")),
        ("0,3\n", ("3", "1", "2")),  # joined to a group that keeps its number
        ('1,"two\nlines"\n', ("0", "two lines", "2", "3")),
    ],
)
def test_what_a_file_may_say(names, content, expected):
    assert names(content).names == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("4,a\n", r"line 1, must be `group,name` with a group from 0 to 3 .*Received: 4,a"),
        ("-1,a\n", "line 1"),
        ("group,name\n1,a\none,b\n", "line 3"),
        ("1\n", "line 1"),
        ("1;a\n", r"Received: 1;a"),
        ("1,\n", "line 1"),
        ("1,a,b\n", "line 1"),
        ("1,a\n1,b\n", "names group 1 a second time in line 2"),
        ("0,a\n1,a\n2,a\n3,a\n", "joins all 4 groups into one"),
        (b"0,\xff\n", "cannot be read"),
    ],
)
def test_what_a_file_may_not_say(names, content, message):
    with pytest.raises(UsageError, match=message):
        names(content)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"--names=.*gone\.csv cannot be read"):
        read_names(tmp_path / "gone.csv", 4)

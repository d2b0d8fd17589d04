"""Settings are declared once: flags, help, checks, sentences and JSON follow."""

import dataclasses
from pathlib import Path

import pytest
from absl import flags

from elastic_infogan_tf.commands import setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.declare import ABOVE_0, FROM_0, at_least, between, setting


@dataclasses.dataclass(frozen=True)
class Example:
    count: int = setting(3, help="how many", group="Numbers", bounds=at_least(1, "as an example"))
    rate: float | None = setting(None, help="how fast", group="Numbers", bounds=ABOVE_0)
    kind: str = setting("plain", help="which", group="Words", choices=("plain", "fancy"))
    shares: tuple[float, ...] = setting((), help="of each", group="Numbers")
    names: tuple[str, ...] = setting(("a", "b"), help="of each", group="Words")
    place: Path | None = setting(None, help="where", group="Words", flag="put_into")
    loud: bool = setting(False, help="whether", group="Words")
    tone: str | None = setting(None, help="how", group="Words", words={"true": "low", "high": "h"})
    hidden: int = setting(7, help="no flag", group="Numbers", flag=None)


def _read(*argv):
    values = flags.FlagValues()
    setting_flags.define(values, Example)
    values(["test", *argv])
    return setting_flags.read(values, Example)


def test_without_flags_the_settings_are_the_declared_defaults():
    assert _read() == Example()


def test_flags_come_in_the_declared_types():
    found = _read(
        "--count=5", "--rate=0.5", "--kind=fancy", "--shares=1,2.5", "--names=x", "--put_into=~/y"
    )
    assert found == Example(5, 0.5, "fancy", (1.0, 2.5), ("x",), Path("~/y").expanduser())
    assert _read("--loud").loud and not _read("--noloud").loud


def test_words_are_all_that_may_be_said_and_a_value_is_not_needed():
    assert [_read(*argv).tone for argv in ([], ["--tone"], ["--tone=high"])] == [None, "low", "h"]
    with pytest.raises(flags.IllegalFlagValueError, match="of true, high; did you mean hi"):
        _read("--tone=hig")


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--count=0", "--count must be 1 or more (as an example). Received: 0"),
        ("--rate=0", "--rate must be a finite number above 0. Received: 0.0"),
        ("--rate=nan", "--rate must be a finite number above 0. Received: nan"),
        ("--kind=odd", "--kind must be one of plain, fancy. Received: odd"),
        (
            "--kind=fancie",
            "--kind must be one of plain, fancy. Received: fancie; did you mean fancy?",
        ),
        ("--shares=1,x", "--shares must be numbers, separated by commas. Received: 1,x"),
    ],
)
def test_a_flag_out_of_bounds_is_refused_in_a_sentence_made_of_its_declaration(flag, said):
    with pytest.raises(UsageError) as refusal:
        _read(flag)
    assert str(refusal.value) == said


def test_help_says_what_the_declaration_says_under_its_group():
    values = flags.FlagValues()
    setting_flags.define(values, Example)
    groups = values.flags_by_module_dict()
    assert {flag.name for flag in groups["Numbers"]} == {"count", "rate", "shares"}
    assert {flag.name for flag in groups["Words"]} == {"kind", "names", "put_into", "loud", "tone"}
    assert values["kind"].help == "which" and values["kind"].setting.listed == ("plain", "fancy")


def test_json_types_are_plain():
    assert declare.to_json(Example(place=Path("/x"))) == {
        "count": 3,
        "rate": None,
        "kind": "plain",
        "shares": [],
        "names": ["a", "b"],
        "place": "/x",
        "loud": False,
        "tone": None,
        "hidden": 7,
    }


@pytest.mark.parametrize(
    ("bounds", "allowed", "refused"),
    [
        (FROM_0, [0, 1.5], [-0.1, float("inf"), float("nan")]),
        (ABOVE_0, [1e-9], [0, float("inf")]),
        (between(2, 4), [2, 4], [1, 5]),
        (at_least(2), [2, 99], [1]),
    ],
)
def test_bounds_allow_what_they_say(bounds, allowed, refused):
    assert all(map(bounds.allows, allowed)) and not any(map(bounds.allows, refused))

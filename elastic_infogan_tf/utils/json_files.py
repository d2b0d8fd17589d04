"""Reading JSON files that may have been corrupted, edited or written by another version."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.text import shortened

# Parts of schemas. A number may be NaN: some metrics have been.
LARGEST = 2**53  # of whole numbers: all that a float can hold
NUMBER = {"type": "number", "minimum": -1e300, "maximum": 1e300}
NUMBER_OR_NULL = NUMBER | {"type": ["number", "null"]}
COUNT = {"type": "integer", "minimum": 0, "maximum": LARGEST}
TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}

_DEEPEST = 50  # objects and lists within one another
_WORDS = {"minimum": "{} or more", "maximum": "{} or less", "enum": "one of {}"}


def read_json(path: Path, schema: Mapping[str, Any], advice: str) -> Any:
    """Returns what a JSON file holds, if it is what a schema says.

    Args:
        path: of the file, UTF-8 with or without a byte order mark.
        schema: a JSON Schema (draft 2020-12).
        advice: what to do where it is something else, the end of the sentence.

    Raises:
        UsageError: if it cannot be read, is no JSON, or one of its fields is not as the schema
            says; names the file, the field and what was found.
    """
    return checked(path, _parse(path, advice), schema, advice)


def checked(path: Path, content: Any, schema: Mapping[str, Any], advice: str) -> Any:
    """Returns what was read from a file, if it is what a schema says; else as `read_json`."""
    import jsonschema  # late: it takes a fifth of a second, and many commands read no JSON

    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(content))
    if error is not None:
        raise corrupted(path, *_described(error), advice)
    return content


def corrupted(path: Path, field: str, found: Any, words: str, advice: str) -> UsageError:
    """Returns the error for a file with a field that cannot be.

    Args:
        path: of the file.
        field: its name, those of the fields around it before it, with dots.
        found: its value.
        words: what it must be.
        advice: what to do.
    """
    return UsageError(
        f"{path} is corrupted: its {shortened(field)} must be {words}. Received: "
        f"{shortened(found)}; {advice}."
    )


def _parse(path: Path, advice: str) -> Any:
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no regular file; {advice}.")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; {advice}.") from error
    except UsageError:
        raise
    except ValueError as error:  # no JSON, no UTF-8, or a number of thousands of digits
        said = shortened(error)
        raise UsageError(f"{path} is corrupted: it is no JSON ({said}); {advice}.") from error
    except RecursionError as error:
        raise _too_deep(path, advice) from error
    if _is_too_deep(content):
        raise _too_deep(path, advice)
    return content


def _too_deep(path: Path, advice: str) -> UsageError:
    return UsageError(
        f"{path} is corrupted: objects and lists lie within one another more than {_DEEPEST} deep; "
        f"{advice}."
    )


def _is_too_deep(content: Any) -> bool:
    level = [content]
    for _ in range(_DEEPEST):
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
    return bool(level)


def _described(error: Any) -> tuple[str, Any, str]:
    """Returns the field, what was found and what it must be, of a violation of a schema."""
    field = ".".join(map(str, error.absolute_path)) or "content"
    asked = error.validator_value
    if error.validator == "type":
        words = "of the type " + " or ".join([asked] if isinstance(asked, str) else asked)
    elif error.validator == "required":
        words = f"an object with {', '.join(asked)}"
        return field, f"one with {', '.join(error.instance)}", words
    else:
        words = _WORDS.get(error.validator, f"{error.validator} {{}}").format(asked)
    return field, error.instance, words

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
COUNT = {"type": "integer", "minimum": 0, "maximum": LARGEST}
TEXT = {"type": "string"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}

_DEEPEST = 50  # objects and lists within one another


def object_of(optional: Mapping[str, Any] | None = None, **needed: Any) -> dict[str, Any]:
    """Returns the schema of an object, by the schemas of its fields; it may have others."""
    fields = needed | dict(optional or {})
    return {"type": "object", "required": list(needed), "properties": fields}


def list_of(items: Mapping[str, Any], least: int = 0) -> dict[str, Any]:
    """Returns the schema of a list of such items, so many at least."""
    return {"type": "array", "items": items, "minItems": least}


def or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a schema that null fits, too."""
    return {**schema, "type": [schema["type"], "null"]}


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
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no regular file; {advice}.")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except UsageError:
        raise
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; {advice}.") from error
    except (ValueError, RecursionError) as error:  # also no UTF-8, a number of thousands of digits
        raise UsageError(
            f"{path} is corrupted: it is no JSON ({shortened(error)}); {advice}."
        ) from error
    if _is_too_deep(content):
        raise UsageError(
            f"{path} is corrupted: objects and lists lie within one another more than {_DEEPEST} "
            f"deep; {advice}."
        )
    return checked(path, content, schema, advice)


def _is_too_deep(content: Any) -> bool:
    level = [content]
    for _ in range(_DEEPEST):
        parents = (part for part in level if isinstance(part, dict | list))
        level = [
            child
            for parent in parents
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return bool(level)


def checked(path: Path, content: Any, schema: Mapping[str, Any], advice: str) -> Any:
    """Returns what was read from a file, if it is what a schema says; else as `read_json`."""
    import jsonschema  # late: it takes a twentieth of a second, and many commands read no JSON

    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(content))
    if error is None:
        return content
    limit, value = error.validator_value, error.instance
    usual = {"minimum": "{} or more", "maximum": "{} or less", "enum": "one of {}"}
    words = usual.get(error.validator, f"{error.validator} {{}}").format(limit)
    if error.validator == "type":
        words = f"of the type {limit if isinstance(limit, str) else ' or '.join(limit)}"
    elif error.validator == "required":
        words, value = f"an object with {', '.join(limit)}", f"one with {', '.join(value)}"
    field = ".".join(map(str, error.absolute_path)) or "content"
    raise corrupted(path, field, value, words, advice)


def corrupted(path: Path, field: str, value: Any, words: str, advice: str) -> UsageError:
    """Returns the error for a file with a field that cannot be.

    Args:
        path: of the file.
        field: its name, those of the fields around it before it, with dots.
        value: what it is.
        words: what it must be.
        advice: what to do.
    """
    return UsageError(
        f"{path} is corrupted: its {shortened(field)} must be {words}. Received: "
        f"{shortened(value)}; {advice}."
    )

"""A dict as TOML: what a study file needs of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def value(item: Any) -> str:
    """One value, on one line."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, (int, float)):
        return repr(item)
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False)
    if isinstance(item, Mapping):
        return "{ " + ", ".join(f"{key(k)} = {value(v)}" for k, v in item.items()) + " }"
    if hasattr(item, "tolist"):
        return value(item.tolist())
    try:
        return "[" + ", ".join(value(one) for one in item) + "]"
    except TypeError:
        raise TypeError(f"{item!r} cannot stand in a study") from None


def key(name: str) -> str:
    """A key, quoted."""
    return json.dumps(name, ensure_ascii=False)


def dumps(table: Mapping[str, Any]) -> str:
    """A whole document: one line a key, as inline tables and lists."""
    return "".join(f"{key(name)} = {value(item)}\n" for name, item in table.items())

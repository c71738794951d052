"""The part of MongoDB's query and update language that the kernel uses. Anything else raises ``NotImplementedError``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pymongo.errors import WriteError

MISSING = object()
Document = dict[str, Any]


def get_path(document: Any, path: str) -> Any:
    """The value at a dotted path, ``MISSING`` without one. Arrays on the way are not entered."""
    for part in path.split("."):
        if not isinstance(document, dict) or part not in document:
            return MISSING
        document = document[part]
    return document


def set_path(document: Document, path: str, value: Any) -> None:
    """Set the value at a dotted path. Raises ``WriteError`` if a part of the path is no document."""
    *parents, last = path.split(".")
    for part in parents:
        document = document.setdefault(part, {})
        if not isinstance(document, dict):
            raise WriteError(f"cannot create field in {part}", 28)
    document[last] = value


def key_values(document: Any, path: str) -> list[Any]:
    """All values at a dotted path, also within arrays, in a form that can be a key of a dict."""
    values = [document]
    for part in path.split("."):
        following: list[Any] = []
        for value in values:
            several = value if isinstance(value, list) else [value]
            following += [each[part] for each in several if isinstance(each, dict) and part in each]
        values = following
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [_hashable(value) for value in flat]


def _hashable(value: Any) -> Any:
    return repr(value) if isinstance(value, dict | list) else value


def sort_key(document: Mapping[str, Any], path: str) -> tuple[int, Any]:
    """A key for sorting by a field; a missing field comes first."""
    value = get_path(document, path)
    return (0, 0) if value is MISSING or value is None else (1, value)


def matches(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a document matches a query."""
    for name, value in wanted.items():
        if name == "$and":
            if not all(matches(document, each) for each in value):
                return False
        elif name == "$or":
            if not any(matches(document, each) for each in value):
                return False
        elif name == "$nor":
            if any(matches(document, each) for each in value):
                return False
        elif name.startswith("$"):
            raise NotImplementedError(name)
        elif not _field_matches(document, name, value):
            return False
    return True


def _field_matches(document: Mapping[str, Any], path: str, wanted: Any) -> bool:
    if "." in path:
        found = _values_at(document, path)
    elif path in document:
        found = [document[path]]
    else:
        found = []
    if isinstance(wanted, dict) and wanted and next(iter(wanted))[0] == "$":
        if (
            not found
            and "$exists" not in wanted
            and "$ne" not in wanted
            and "$nin" not in wanted
            and "$not" not in wanted
        ):
            return None in wanted.get("$in", ())
        return all(_operator(found, name, value) for name, value in wanted.items())
    return _equal(found, wanted)


def _values_at(document: Any, path: str) -> list[Any]:
    """The values at a path; a value that is an array is followed by its elements."""
    values = [document]
    for part in path.split("."):
        following: list[Any] = []
        for value in values:
            if isinstance(value, list) and part.isdigit():
                following += value[int(part) : int(part) + 1]
                continue
            several = value if isinstance(value, list) else [value]
            following += [each[part] for each in several if isinstance(each, dict) and part in each]
        values = following
    return values


def _equal(found: list[Any], wanted: Any) -> bool:
    if wanted is None and not found:
        return True
    return any(value == wanted or (isinstance(value, list) and wanted in value) for value in found)


def _operator(found: list[Any], name: str, wanted: Any) -> bool:
    each = [item for value in found for item in ([value, *value] if isinstance(value, list) else [value])]
    match name:
        case "$eq":
            return _equal(found, wanted)
        case "$ne":
            return not _equal(found, wanted)
        case "$exists":
            return bool(found) == bool(wanted)
        case "$in":
            return any(_equal(found, value) for value in wanted)
        case "$nin":
            return not any(_equal(found, value) for value in wanted)
        case "$gt" | "$gte" | "$lt" | "$lte":
            return any(_compared(value, name, wanted) for value in each)
        case "$elemMatch":
            return any(
                matches(item, wanted) if isinstance(item, dict) else _operator_all(item, wanted)
                for value in found
                if isinstance(value, list)
                for item in value
            )
        case "$not":
            return not all(_operator(found, inner, value) for inner, value in wanted.items())
        case "$size":
            return any(isinstance(value, list) and len(value) == wanted for value in found)
    raise NotImplementedError(name)


def _operator_all(item: Any, wanted: Mapping[str, Any]) -> bool:
    return all(_operator([item], name, value) for name, value in wanted.items())


def _compared(value: Any, name: str, wanted: Any) -> bool:
    if value is None or (isinstance(value, str) != isinstance(wanted, str)):
        return False
    try:
        return bool(
            value > wanted if name == "$gt" else value >= wanted if name == "$gte"
            else value < wanted if name == "$lt" else value <= wanted
        )  # fmt: skip
    except TypeError:
        return False


def projected(document: Mapping[str, Any], fields: Mapping[str, Any]) -> Document:
    """The fields of a document that a projection shows."""
    shown = [name for name, value in fields.items() if value and name != "_id"]
    if not shown:
        hidden = {name for name, value in fields.items() if not value}
        return {name: value for name, value in document.items() if name not in hidden}
    result: Document = {"_id": document["_id"]} if fields.get("_id", 1) else {}
    for path in shown:
        value = get_path(document, path)
        if value is not MISSING:
            set_path(result, path, value)
    return result


def apply_update(document: Document, change: Mapping[str, Any], *, inserting: bool) -> Document:
    """The document after an update with operators."""
    for name, fields in change.items():
        for path, value in fields.items():
            if name == "$unset":
                _unset(document, path)
            elif name != "$setOnInsert" or inserting:
                set_path(document, path, _updated(name, get_path(document, path), value))
    return document


def _updated(name: str, present: Any, value: Any) -> Any:
    """The value of a field after an operator."""
    if name not in OPERATORS:
        raise NotImplementedError(name)
    return OPERATORS[name](present, value)


def _pushed(present: Any, value: Any) -> list[Any]:
    return [*_list(present), *_each(value)]


def _added(present: Any, value: Any) -> list[Any]:
    array = _list(present)
    return array + [item for item in _each(value) if item not in array]


def _each(value: Any) -> list[Any]:
    return list(value["$each"]) if isinstance(value, dict) and "$each" in value else [value]


def _list(present: Any) -> list[Any]:
    return [] if present is MISSING else list(present)


OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "$set": lambda _present, value: value,
    "$setOnInsert": lambda _present, value: value,
    "$inc": lambda present, value: (0 if present is MISSING else present) + value,
    "$max": lambda present, value: value if present is MISSING else max(present, value),
    "$min": lambda present, value: value if present is MISSING else min(present, value),
    "$push": _pushed,
    "$addToSet": _added,
    "$pull": lambda present, value: [item for item in _list(present) if not _pulled(item, value)],
    "$pullAll": lambda present, value: [item for item in _list(present) if item not in value],
}


def _pulled(item: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return matches(item, wanted) if isinstance(item, dict) else _operator_all(item, wanted)
    return bool(item == wanted)


def _unset(document: Any, path: str) -> None:
    *parents, last = path.split(".")
    for part in parents:
        if not isinstance(document, dict) or part not in document:
            return
        document = document[part]
    if isinstance(document, dict):
        document.pop(last, None)


def apply_pipeline(document: Document, stages: Iterable[Mapping[str, Any]]) -> Document:
    """The document after an update with an aggregation pipeline."""
    for stage in stages:
        ((name, body),) = stage.items()
        if name in ("$set", "$addFields"):
            values = {path: evaluate(document, value) for path, value in body.items()}
            for path, value in values.items():
                if value is not MISSING:
                    set_path(document, path, value)
        elif name == "$unset":
            for path in [body] if isinstance(body, str) else body:
                _unset(document, path)
        elif name == "$replaceWith":
            document = dict(evaluate(document, body))
        else:
            raise NotImplementedError(name)
    return document


def evaluate(document: Document, expression: Any) -> Any:
    """The value of an aggregation expression; ``MISSING`` for a missing field."""
    if isinstance(expression, str) and expression.startswith("$"):
        return document if expression == "$$ROOT" else get_path(document, expression[1:])
    if isinstance(expression, list):
        return [_null(evaluate(document, each)) for each in expression]
    if not isinstance(expression, dict):
        return expression
    if len(expression) == 1 and next(iter(expression)).startswith("$"):
        ((name, body),) = expression.items()
        return _call(document, name, body)
    pairs = ((key, evaluate(document, value)) for key, value in expression.items())
    return {key: value for key, value in pairs if value is not MISSING}


def _call(document: Document, name: str, body: Any) -> Any:
    if name == "$literal":
        return body
    if name == "$cond":
        test, then, otherwise = body if isinstance(body, list) else (body["if"], body["then"], body["else"])
        return evaluate(document, then if _true(evaluate(document, test)) else otherwise)
    if name == "$ifNull":
        first, other = (evaluate(document, each) for each in body)
        return other if first is MISSING or first is None else first
    if name == "$sortArray":
        return sorted(evaluate(document, body["input"]), reverse=body["sortBy"] == -1)
    if name not in FUNCTIONS:
        raise NotImplementedError(name)
    found = evaluate(document, body)
    return FUNCTIONS[name](found if isinstance(found, list) else [found])


def _sum(values: list[Any]) -> Any:
    if not all(isinstance(value, int | float) for value in values if value is not None):
        raise WriteError("$add only supports numeric or date types", 16554)
    return None if None in values else sum(values)


def _merged(values: list[Any]) -> Document:
    merged: Document = {}
    for value in values:
        merged |= value or {}
    return merged


def _compared_any(left: Any, right: Any, name: str) -> bool:
    if left is None or right is None:  # null sorts before everything else
        left, right = (0 if left is None else 1), (0 if right is None else 1)
    return _compared(left, name, right)


def _true(value: Any) -> bool:
    return value is not MISSING and value is not None and value is not False and value != 0


def _null(value: Any) -> Any:
    return None if value is MISSING else value


FUNCTIONS: Mapping[str, Callable[[list[Any]], Any]] = {
    "$lt": lambda values: _compared_any(values[0], values[1], "$lt"),
    "$lte": lambda values: _compared_any(values[0], values[1], "$lte"),
    "$gt": lambda values: _compared_any(values[0], values[1], "$gt"),
    "$gte": lambda values: _compared_any(values[0], values[1], "$gte"),
    "$eq": lambda values: values[0] == values[1],
    "$ne": lambda values: values[0] != values[1],
    "$and": lambda values: all(_true(value) for value in values),
    "$or": lambda values: any(_true(value) for value in values),
    "$not": lambda values: not _true(values[0]),
    "$in": lambda values: values[0] in values[1],
    "$max": lambda values: max(value for value in values if value is not None),
    "$add": _sum,
    "$mergeObjects": _merged,
    "$setUnion": lambda values: sorted({item for value in values for item in value}),
    "$setDifference": lambda values: [item for item in values[0] if item not in values[1]],
    "$concatArrays": lambda values: [item for value in values for item in value],
}

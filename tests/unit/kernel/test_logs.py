import json
import logging
import sys

from services.kernel.base.logs import JsonFormatter


def line_of(error: Exception) -> dict[str, str]:
    """The line that is logged for an error that came from another one."""
    try:
        try:
            raise KeyError("sri@perpus.example")
        except KeyError as cause:
            raise error from cause
    except type(error):
        record = logging.LogRecord("kernel", logging.ERROR, "here", 1, "unforeseen", (), sys.exc_info())
    record.incident = "i-1"
    line: dict[str, str] = json.loads(JsonFormatter().format(record))
    return line


def test_an_error_is_logged_by_its_type_and_place_and_never_by_its_message() -> None:
    line = line_of(ValueError("Sri Wahyuni, 0812 3456"))
    assert "sri@perpus.example" not in str(line)
    assert "Sri Wahyuni" not in str(line)
    assert line["traceback"].startswith("builtins.ValueError at ")
    assert "; from builtins.KeyError at " in line["traceback"]
    assert "test_logs.py" in line["traceback"]
    assert (line["message"], line["incident"], line["level"]) == ("unforeseen", "i-1", "error")

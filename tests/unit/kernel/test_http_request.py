"""How key, body and path of a request are read, at the gateway as in the services."""

import pytest

from services.kernel.base.problem import Malformed
from services.kernel.http.http_request import KEY_CHARACTERS, idempotency_key, json_object, path_pattern


@pytest.mark.parametrize("given", [None, "", "k" * (KEY_CHARACTERS + 1)])
def test_a_key_is_required_and_has_a_longest_length(given: str | None) -> None:
    with pytest.raises(Malformed, match="Idempotency-Key of 1 to 255 characters"):
        idempotency_key(given)


def test_a_key_of_the_longest_length_is_taken_as_it_is() -> None:
    assert idempotency_key("k" * KEY_CHARACTERS) == "k" * KEY_CHARACTERS


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b"[" * 100_000, b'{"a":' * 30_000, b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\\ud800"}'],
    ids=["open", "list", "null", "deep list", "deep object", "no number", "infinite", "half a character"],
)
def test_only_an_object_that_can_be_stored_and_sent_on_is_read(body: bytes) -> None:
    with pytest.raises(Malformed):
        json_object(body)


def test_no_body_is_an_empty_object() -> None:
    assert json_object(b"") == {}
    assert json_object(b'{"a": "\\ud83d\\udcda"}') == {"a": "📚"}


def test_a_parameter_of_a_path_is_one_segment() -> None:
    pattern = path_pattern("/v1/topics/{topic}.json")
    found = pattern.fullmatch("/v1/topics/t1.json")
    assert found is not None
    assert found.groupdict() == {"topic": "t1"}
    assert pattern.fullmatch("/v1/topics/a/b.json") is None
    assert pattern.fullmatch("/v1/topics/t1-json") is None

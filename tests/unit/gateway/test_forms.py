import asyncio

import pytest
from starlette.requests import Request

from gateway.web.forms import GOOD_FOR_SECONDS, Form, FormTokens, read_form
from gateway.web.visit import local_path
from services.kernel.base.problem import Malformed, TooLarge

URLENCODED = "application/x-www-form-urlencoded"


def request(body, kind=URLENCODED):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}, receive)


def read(body, kind=URLENCODED, limit=1000):
    return asyncio.run(read_form(request(body, kind), limit))


def test_key_and_token_are_not_among_the_form_fields():
    form = read(b"_key=k1&_token=t1&name=+Sari+&empty=++")
    assert (form.key, form.token) == ("k1", "t1")
    assert form.fields == {"name": " Sari ", "empty": "  "}
    assert form.filled("name", "empty", "absent") == {"name": "Sari"}


def test_a_file_comes_as_bytes():
    body = (
        b'--b\r\nContent-Disposition: form-data; name="_key"\r\n\r\nk1\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\nNama\n\xff\r\n--b--\r\n'
    )
    form = read(body, "multipart/form-data; boundary=b")
    assert form.files == {"file": b"Nama\n\xff"}
    assert form.key == "k1"


def test_oversized_and_unreadable_forms_are_refused():
    with pytest.raises(TooLarge):
        read(b"a=" + b"x" * 2000)
    with pytest.raises(Malformed):
        read(b"not multipart", "multipart/form-data; boundary=b")
    assert read(b"{}", "application/json").key == ""


@pytest.mark.parametrize("kind", [URLENCODED, "multipart/form-data; boundary=b"])
def test_a_form_holds_at_most_400_fields(kind):
    def body(count):
        if kind == URLENCODED:
            return "&".join(f"f{n}=yes" for n in range(count)).encode()
        parts = (f'--b\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\nyes\r\n' for n in range(count))
        return "".join([*parts, "--b--\r\n"]).encode()

    def within_an_application():
        sent = request(body(401), kind)
        sent.scope["app"] = object()
        return sent

    assert len(read(body(400), kind, 100_000).fields) == 400
    with pytest.raises(Malformed):
        asyncio.run(read_form(within_an_application(), 100_000))


@pytest.mark.parametrize("text", ["tiga", "", "-1", "2.5", "9" * 5000])
def test_an_invalid_number_names_its_field(text):
    with pytest.raises(Malformed) as told:
        Form({"count": text}).whole_number("count")
    assert told.value.extensions["errors"] == {"count": [""]}
    assert Form({"count": " 12 "}).whole_number("count") == 12


def test_blank_numbers_are_left_out():
    form = Form({"capacity": " 12 ", "quorum": "  "})
    assert form.filled_numbers("capacity", "quorum", "absent") == {"capacity": 12}
    with pytest.raises(Malformed) as wrong:
        Form({"capacity": "many"}).filled_numbers("capacity")
    assert list(wrong.value.extensions["errors"]) == ["capacity"]


def test_a_form_token_is_valid_for_its_visitor_only_and_unique():
    tokens = FormTokens("a")
    token = tokens.make("v1")
    assert tokens.is_valid(token, "v1")
    assert not tokens.is_valid(token, "v2")
    assert not tokens.is_valid(token, None)
    assert not tokens.is_valid("forged", "v1")
    assert not FormTokens("b").is_valid(token, "v1")
    assert tokens.make("v1") != token


@pytest.mark.parametrize("ahead", [0, 1, 29, -1, -29, 60 - GOOD_FOR_SECONDS])
def test_a_form_of_a_gateway_whose_clock_differs_a_little_is_valid(ahead):
    made = FormTokens("a", lambda: 1_800_000_000.4 + ahead).make("v1")
    assert FormTokens("a", lambda: 1_800_000_000.4).is_valid(made, "v1")


@pytest.mark.parametrize("ahead", [31, -(GOOD_FOR_SECONDS + 31)])
def test_a_form_from_the_future_or_of_the_day_before_is_not_valid(ahead):
    made = FormTokens("a", lambda: 1_800_000_000.4 + ahead).make("v1")
    assert not FormTokens("a", lambda: 1_800_000_000.4).is_valid(made, "v1")


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nb", ""])
def test_a_login_redirects_to_this_site_only(path):
    assert local_path(path, "/saya") == "/saya"
    assert local_path("/kegiatan/a1", "/saya") == "/kegiatan/a1"

from http.cookies import SimpleCookie

from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.positions import Seen
from gateway.edge.session import Session, SessionCookie


def request(cookie="", scheme="http"):
    headers = [(b"cookie", cookie.encode()), (b"host", b"kediri.example")]
    return Request(
        {"type": "http", "method": "GET", "path": "/", "scheme": scheme, "headers": headers, "query_string": b""}
    )


def sent(session, scheme="http", key="a"):
    response = Response()
    SessionCookie(key).write(request(scheme=scheme), response, session)
    return response.headers["set-cookie"]


def session():
    """Made for each test, because seen positions expire after some minutes."""
    return Session("v1", token="t", language="en", seen=Seen().updated_with({"members": 4}))


def test_a_session_survives_writing_and_reading_the_cookie():
    went = session()
    [morsel] = SimpleCookie(sent(went)).values()
    assert SessionCookie("a").read(request(f"{morsel.key}={morsel.value}")) == went


def test_a_cookie_with_a_wrong_signature_is_ignored():
    [morsel] = SimpleCookie(sent(session(), key="another")).values()
    assert SessionCookie("a").read(request(f"jejaring={morsel.value}")) is None
    assert SessionCookie("a").read(request("jejaring=x.y.z")) is None
    assert SessionCookie("a").read(request()) is None


def test_the_cookie_is_httponly_samesite_and_has_the_host_prefix_on_https():
    plain, secure = sent(session()), sent(session(), "https")
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie for cookie in (plain, secure))
    assert plain.startswith("jejaring=")
    assert secure.startswith("__Host-jejaring=")
    assert "Secure" in secure
    assert "Domain" not in secure
    # A cookie without the prefix could have been set over http by anybody on the way.
    [morsel] = SimpleCookie(plain).values()
    assert SessionCookie("a").read(request(f"jejaring={morsel.value}", "https")) is None


def test_login_and_logout_change_the_visitors_id_and_logout_forgets_the_rest():
    inside = Session("v1", language="en").logged_in("t")
    outside = inside.logged_out()
    assert len({"v1", inside.visitor, outside.visitor}) == 3
    assert (inside.token, outside.token, outside.language) == ("t", None, "en")

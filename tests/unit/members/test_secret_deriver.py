from services.kernel.base.ids import new_id
from services.members.secret_deriver import SecretDeriver, read_bearer

MINT = SecretDeriver(b"one secret")


def test_the_same_id_gives_the_same_token_and_another_id_another():
    token = new_id()
    assert str(MINT.bearer(token)) == str(MINT.bearer(token))
    assert str(MINT.bearer(token)) != str(MINT.bearer(new_id()))


def test_without_the_secret_an_id_gives_nothing():
    token = new_id()
    other = SecretDeriver(b"another secret")
    assert MINT.bearer(token).secret != other.bearer(token).secret
    assert MINT.digest("reference", "123456") != other.digest("reference", "123456")


def test_a_token_is_read_back():
    bearer = MINT.bearer(new_id())
    assert read_bearer(str(bearer)) == bearer


def test_a_text_that_is_no_token_is_not_read():
    for text in ("", "jj", "jj_x_y", f"jj_{'0' * 32}", f"xx_{'0' * 32}_y", "Bearer abc"):
        assert read_bearer(text) is None


def test_a_code_has_six_digits():
    codes = [MINT.digits(new_id()) for _ in range(300)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(set(codes)) > 290


def test_the_stored_digest_does_not_show_the_token():
    bearer = MINT.bearer(new_id())
    assert bearer.digest not in str(bearer)
    assert bearer.secret not in bearer.digest

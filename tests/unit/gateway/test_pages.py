import pytest

from services.kernel.base.problem import ActorNotAccepted, Unauthorized
from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import PROBLEM, FakeAnswer, problem_answer
from tests.unit.gateway.sample_community import activity, items, topic

REFUSED = FakeAnswer({"title": "A rule forbids this", "status": 422, "rule": "registration-closed"}, 422, PROBLEM)
OPEN_PAGES = [
    "/",
    "/wilayah/kota-kediri",
    "/wilayah/trenggalek",
    "/kegiatan",
    "/kegiatan?lewat=1",
    "/kegiatan/a1",
    "/gabung",
    "/masuk",
    "/topik",
    "/topik/t1",
    "/docs",
]
OWN_PAGES = ["/saya", "/topik/ajukan"]
DESK_PAGES = [
    "/pengurus", "/pengurus/tempat", "/pengurus/rencana/t1", "/pengurus/kegiatan/a1", "/pengurus/kegiatan/a1/hadir", "/pengurus/impor",
]  # fmt: skip
REGISTER = "/kegiatan/a1/daftar"


def test_every_public_page_is_small_and_has_no_script(visitor):
    for path in OPEN_PAGES:
        text = visitor.open(path)
        assert visitor.page.status_code == 200, path
        assert len(text.encode()) < 30_000
        assert "<script" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "default-src 'none'" in visitor.page.headers["content-security-policy"]


def test_the_style_sheet_is_small_and_immutable(visitor):
    address = visitor.open("/").partition('rel="stylesheet" href="')[2].partition('"')[0]
    visitor.open(address)
    assert len(visitor.page.content) < 10_000
    assert "immutable" in visitor.page.headers["cache-control"]


def test_a_region_page_is_never_empty(visitor):
    assert "Wulan Contoh" in visitor.open("/wilayah/kota-kediri")
    assert "Rina Contoh" in visitor.open("/wilayah/kota-blitar")
    assert "Hadi Contoh" in visitor.open("/wilayah/trenggalek")  # nobody there: the board answers


def test_the_chosen_language_is_remembered(visitor):
    assert "Whom" not in visitor.open("/")
    assert "Lost in your library?" in visitor.open("/?lang=en")
    assert "Activities to come" in visitor.open("/kegiatan")


def test_the_language_link_keeps_the_query_of_the_page(visitor):
    assert 'href="?lewat=1&amp;lang=en"' in visitor.open("/kegiatan?lewat=1")
    assert 'href="?lanjut=%2Ftopik%2Fajukan&amp;lang=en"' in visitor.open("/masuk?lanjut=/topik/ajukan&kabar=masuk")


def test_personal_pages_redirect_to_the_login_and_back(harness, visitor):
    visitor.open("/topik/ajukan")
    assert visitor.page.url.path == "/masuk"
    visitor.submit("/masuk/kode", contact="sari@contoh.id")
    assert "sari@contoh.id" in visitor.text
    visitor.submit("/masuk", code="123456")
    assert visitor.page.url.path == "/topik/ajukan"
    assert harness.members.calls("POST /v1/login")[0].document == {"contact": "sari@contoh.id", "code": "123456"}


def test_every_personal_and_desk_page_is_shown(coordinator):
    for path in OWN_PAGES + DESK_PAGES:
        text = coordinator.open(path)
        assert coordinator.page.status_code == 200, path
        assert len(text.encode()) < 30_000


def test_the_desk_is_hidden_from_members_without_permission(member):
    assert 'href="/pengurus"' not in member.open("/")
    for path in DESK_PAGES:
        member.open(path)
        assert member.page.status_code == 403 or path == "/pengurus/tempat", path


def test_a_form_sent_twice_is_one_command(harness, member):
    harness.events.on(
        "POST /v1/activities/{activity}/registrations", FakeAnswer({"seat": "taken"}, 201, {"Position": "events@9"})
    )
    member.open("/kegiatan/a1")
    form = member.form(REGISTER)
    for _ in range(2):
        assert "Anda terdaftar" in member.send(form)
    first, second = harness.events.calls("POST /v1/activities/{activity}/registrations")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body


def test_the_page_after_a_form_shows_what_it_did(harness, member):
    harness.events.on(
        "POST /v1/activities/{activity}/registrations", FakeAnswer({"seat": "line"}, 201, {"Position": "events@9"})
    )
    member.open("/kegiatan/a1")
    assert "Anda masuk antrean" in member.submit(REGISTER)
    assert harness.events.calls("GET /v1/activities/{activity}")[-1].headers["wait-for"] == "events@9"


def test_a_form_without_a_valid_token_does_nothing(harness, member):
    member.open("/kegiatan/a1")
    form = member.form(REGISTER)
    for token in ("", "forged"):
        form.fields["_token"] = token
        member.send(form)
        assert member.page.status_code == 400
    assert not harness.events.calls("POST /v1/activities/{activity}/registrations")
    # The page that says so has a form that works, under the same key.
    again = member.form(REGISTER)
    assert again.fields["_key"] == form.fields["_key"]


def test_a_form_token_of_another_visitor_is_refused(harness, member, client):
    member.open("/kegiatan/a1")
    form = member.form(REGISTER)
    client.cookies.clear()
    member.log_in()
    member.send(form)
    assert member.page.status_code == 400
    assert not harness.events.calls("POST /v1/activities/{activity}/registrations")


def test_a_refused_form_shows_the_reason_and_gets_a_new_key(harness, member):
    harness.events.on("POST /v1/activities/{activity}/registrations", REFUSED)
    member.open("/kegiatan/a1")
    form = member.form(REGISTER)
    assert "Pendaftaran sudah ditutup." in member.send(form)
    assert member.page.status_code == 422
    assert member.form(REGISTER).fields["_key"] != form.fields["_key"]


def test_a_form_with_unknown_outcome_keeps_key_and_contents(harness, member):
    harness.events.on("POST /v1/topics", FakeAnswer({"title": "x", "status": 503}, 503, PROBLEM))
    member.open("/topik/ajukan")
    form = member.form("/topik/ajukan")
    text = member.send(form, title='Rak "roboh" & <b>retak</b>', region="kota-kediri")
    assert member.page.status_code == 503
    assert "tidak akan tercatat dua kali" in text
    again = member.form("/topik/ajukan")
    assert again.fields["_key"] == form.fields["_key"]
    assert again.fields["title"] == 'Rak "roboh" & <b>retak</b>'


def test_user_text_is_escaped(harness, member):
    wicked = "<script>alert(1)</script><img src=x onerror=y>\"'"
    harness.events.on("GET /v1/topics", items(topic(title=wicked)))
    harness.events.on("GET /v1/topics/{topic}", FakeAnswer(topic(title=wicked, details=wicked)))
    harness.events.on(
        "GET /v1/activities/{activity}", FakeAnswer(activity(title=wicked, reason=wicked, state="cancelled"))
    )
    for path in ("/topik", "/topik/t1", "/kegiatan/a1", "/masuk?lanjut=/%22%3E%3Cscript%3E"):
        text = member.open(path)
        assert member.page.status_code == 200
        assert "<script" not in text
        assert "<img" not in text
    member.client.cookies.clear()
    member.open("/masuk")
    assert "<script" not in member.submit("/masuk/kode", contact=wicked)


def test_a_page_shows_only_known_news(visitor):
    assert "Tersimpan." in visitor.open("/?kabar=simpan")
    assert "Anda menang" not in visitor.open("/?kabar=Anda+menang+undian")


@pytest.mark.parametrize("problem", [ActorNotAccepted("the signer's clock is 31 s ahead"), Unauthorized()])
def test_nobody_is_logged_out_because_two_clocks_differ(harness, member, problem):
    with harness.gateway() as elsewhere:
        elsewhere.cookies.update(member.client.cookies)  # another process: it has seen nobody yet
        harness.members.on("POST /internal/identity", problem_answer(problem))
        browser = Browser(elsewhere)
        browser.open("/")
        assert browser.page.status_code == 200
        harness.members.on("POST /internal/identity", harness.identity)
        assert 'href="/masuk"' not in browser.open("/")


def test_a_page_of_a_service_with_another_clock_is_not_there_for_the_moment_and_asks_for_no_login(harness, member):
    harness.events.on("GET /v1/activities/{activity}", problem_answer(ActorNotAccepted()))
    member.open("/kegiatan/a1")
    assert (member.page.status_code, member.page.url.path) == (503, "/kegiatan/a1")


def test_an_expired_login_makes_an_anonymous_visit(harness, member):
    harness.people.clear()
    with harness.gateway() as elsewhere:
        elsewhere.cookies.update(member.client.cookies)  # another process: it has seen nobody yet
        browser = Browser(elsewhere)
        assert 'href="/masuk"' in browser.open("/")
        assert browser.page.status_code == 200


def test_a_visitor_stays_logged_in_while_members_is_down(harness, member):
    harness.members.on("POST /internal/identity", FakeAnswer({}, 503))
    with harness.gateway() as elsewhere:
        elsewhere.cookies.update(member.client.cookies)  # another process: it has seen nobody yet
        browser = Browser(elsewhere)
        assert "Data anggota sedang tidak bisa dimuat" in browser.open("/kegiatan/a1")
        browser.open("/saya")
        assert browser.page.status_code == 503
        harness.members.on("POST /internal/identity", harness.identity)
        assert "Sari Contoh" in browser.open("/saya")


def test_logging_out_revokes_the_token_and_ends_the_session(harness, member):
    member.open("/saya")
    member.submit("/keluar")
    assert member.page.url.path == "/"
    assert harness.members.calls("POST /v1/logout")[0].document == {"token": "token-of-sari"}
    member.open("/saya")
    assert member.page.url.path == "/masuk"


def test_with_members_down_logging_out_still_empties_the_browser(harness, member):
    member.open("/saya")
    harness.members.down()
    member.submit("/keluar")
    member.open("/saya")
    assert member.page.url.path == "/masuk"


def test_the_own_page_shows_its_data(harness, member):
    harness.notifications.down()
    text = member.open("/saya")
    assert member.page.status_code == 200
    assert "Sari Contoh" in text
    assert "Pesan Anda sedang tidak bisa dimuat" in text


def test_a_page_says_which_service_is_down(harness, visitor):
    harness.events.down()
    assert "sedang tidak bisa dimuat" in visitor.open("/")
    assert visitor.page.status_code == 200
    text = visitor.open("/kegiatan/a1")
    assert visitor.page.status_code == 503
    assert visitor.page.headers["retry-after"]
    assert "Coba lagi" in text


def test_all_calls_of_one_page_share_one_correlation_id(harness, member):
    before = [len(service.received) for service in harness.services.values()]
    member.open("/saya")
    asked = [
        one
        for service, count in zip(harness.services.values(), before, strict=True)
        for one in service.received[count:]
    ]
    assert len(asked) >= 4
    assert {one.headers["correlation-id"] for one in asked} == {member.page.headers["correlation-id"]}


def test_an_unknown_address_is_html_for_browsers_and_a_problem_for_programs(visitor):
    assert "Yang Anda cari tidak ada di sini." in visitor.open("/tidak-ada")
    assert visitor.page.status_code == 404
    assert visitor.client.get("/tidak-ada").headers["content-type"] == "application/problem+json"


def test_a_get_of_a_form_target_redirects_to_the_form(member):
    member.open(REGISTER)
    assert member.page.url.path == "/kegiatan/a1"
    assert member.page.status_code == 200

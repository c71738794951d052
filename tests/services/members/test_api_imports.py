import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from services.kernel.declare.policy import ANONYMOUS
from services.members.domain.person import MemberJoined
from services.members.importing.import_runner import ABANDONED_AFTER, ROWS_AT_ONCE, key_owner, seal_rows
from tests.services.members.harness import COORDINATOR, MEMBER, REGIONAL, holder_of
from tests.unit.members.sample_registrations import HEADERS, row, table

GOOD = 145
SEVERAL = ROWS_AT_ONCE + 2
"""So many rows that they are taken in more than one step."""
# Nothing is shrunk: each example takes a database and some tenths of a second.
EXAMPLES = settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
BAD = [
    row(900, submitted="31/02/2026 10:00:00"),
    row(901, region=""),
    row(902, subdistrict="Atlantis"),
    row(903, email="tanpa-alamat", phone=""),
    row(904, name="", library=""),
]


def dry_run(harness, content, actor=COORDINATOR):
    return harness.post(actor, "/v1/members/import", raw=content, query={"dry_run": "true"})


def bring(harness, content, actor=COORDINATOR, **options):
    return harness.post(actor, "/v1/members/import", raw=content, **options)


def run(harness):
    while harness.runner.step(1):
        harness.settle()


def imported(harness, content, actor=COORDINATOR):
    reply = bring(harness, content, actor)
    assert reply.status == 202, reply.body
    run(harness)
    return harness.get(actor, f"/v1/imports/{reply.body['import']}").body


def members(harness):
    return sum(isinstance(event, MemberJoined) for event in harness.events())


def whole_file():
    rows = [row(n) for n in range(GOOD)]
    rows[10:10] = BAD[:2]
    rows += BAD[2:]
    rows += [row(3), row(5, name="Nama Lain"), row(7, email="orang8@contoh.example", phone="0812-3000-0007")]
    return table(*rows)


REPORT = [
    {"row": 12, "reasons": ["Tanggal tidak dapat dibaca; tulis hari/bulan/tahun."]},
    {"row": 13, "reasons": ["Wilayah (kab/kota) belum diisi."]},
    {"row": 149, "reasons": ["Kecamatan tidak ada di wilayah ini."]},
    {"row": 150, "reasons": ["Alamat email tidak dapat dibaca."]},
    {"row": 151, "reasons": ["Nama belum diisi.", "Asal sekolah/perpustakaan belum diisi."]},
    {"row": 154, "reasons": ["Alamat email dan nomor HP milik dua anggota yang berbeda."]},
]


def test_a_dry_run_tells_everything_and_changes_nothing(harness):
    before, claims, keys = harness.application.log.head(), harness.claims(), list(harness.database["keys"].find())
    reply = dry_run(harness, whole_file())
    assert reply.status == 200
    assert reply.body == {
        "rows": 153,
        "done": 0,
        "good": 145,
        "known": 1,
        "different": 1,
        "bad": REPORT,
        "differences": [{"row": 153, "fields": ["Nama Lengkap"]}],
    }
    assert harness.application.log.head() == before
    assert (harness.claims(), list(harness.database["keys"].find())) == (claims, keys)
    assert harness.parts.uploads.waiting_imports() == []


def test_the_import_takes_the_good_rows_and_tells_the_same(harness):
    progress = imported(harness, whole_file())
    assert {name: progress[name] for name in ("state", "rows", "done", "joined", "known", "different")} == {
        "state": "finished",
        "rows": 153,
        "done": 153,
        "joined": 145,
        "known": 1,
        "different": 1,
    }
    assert progress["bad"] == REPORT
    assert progress["differences"] == [{"row": 153, "fields": ["Nama Lengkap"]}]
    assert members(harness) == GOOD


def test_a_repeated_import_changes_nothing(harness):
    imported(harness, whole_file())
    again = imported(harness, whole_file())
    assert (again["joined"], again["known"], again["different"]) == (0, 146, 1)
    assert again["bad"] == REPORT
    assert members(harness) == GOOD


def test_progress_is_shown_during_an_import(harness):
    reply = bring(harness, whole_file())
    path = reply.headers["Location"]
    assert harness.get(COORDINATOR, path).body["state"] == "running"
    harness.runner.step(1)
    harness.settle()
    progress = harness.get(COORDINATOR, path).body
    assert (progress["state"], progress["rows"], progress["done"]) == ("running", 153, ROWS_AT_ONCE)


def test_members_of_an_import_are_told_like_any_other(harness):
    imported(harness, table(row(1)))
    (fact,) = [fact for fact in harness.facts() if fact.type == "member-joined"]
    assert (fact.data["how"], fact.region) == ("import", "kota-kediri")


def test_an_imported_row_of_a_member_with_other_data_is_reported_and_not_applied(harness):
    member = harness.join("Ani Contoh", email="ani@contoh.example")
    changed = row(1, name="Ani Contoh", email="ani@contoh.example", phone="0857-1234-5678", library="SD Contoh 1")
    progress = imported(harness, table(changed))
    assert progress["differences"] == [{"row": 2, "fields": ["Nomor HP/WhatsApp", "Kecamatan"]}]
    shown = harness.get(COORDINATOR, f"/v1/members/{member}").body
    assert (shown["phone"], shown["subdistrict"]) == (None, "mojoroto")
    assert harness.join("Somebody else", phone="085712345678")


def test_an_imported_row_that_spells_a_members_data_differently_is_recognised(harness):
    harness.join("Ani Contoh", email="ani@contoh.example", phone="081234567890")
    same = row(
        1, name="ANI  CONTOH", email="", phone="62 812-3456-7890", library="SD. Contoh 1", subdistrict="mojoroto"
    )
    assert imported(harness, table(same))["known"] == 1


def test_a_regional_coordinator_imports_their_own_region(harness):
    harness.open_region("nganjuk", "Nganjuk", [{"id": "kertosono", "name": "Kertosono", "latitude": 0, "longitude": 0}])
    content = table(row(1), row(2, region="Nganjuk", subdistrict="Kertosono"))
    progress = imported(harness, content, actor=REGIONAL)
    assert progress["joined"] == 1
    assert progress["bad"] == [{"row": 3, "reasons": ["Wilayah ini di luar wewenang Anda."]}]


def test_an_import_needs_the_permission(harness):
    for content_of in (bring, dry_run):
        assert content_of(harness, table(row(1)), actor=MEMBER).status == 403
    treasurer = holder_of(("treasurer", None))
    assert bring(harness, table(row(1)), actor=treasurer).status == 403
    assert harness.post(ANONYMOUS, "/v1/members/import", raw=b"x").status == 401


def test_only_the_importer_and_the_board_see_an_import(harness):
    path = bring(harness, table(row(1)), actor=REGIONAL).headers["Location"]
    other = holder_of(("regional-coordinator", "kota-kediri"), person="another")
    assert harness.get(REGIONAL, path).status == 200
    assert harness.get(COORDINATOR, path).status == 200
    assert harness.get(other, path).status == 404
    assert harness.get(COORDINATOR, "/v1/imports/nothing").status == 404


def test_a_file_that_is_no_table_is_refused_and_nothing_is_kept(harness):
    headers = [header for header in HEADERS if header != "Kecamatan"]
    reply = bring(harness, table(row(1)[:-1], headers=headers))
    assert reply.status == 400
    assert reply.body["errors"]["headers"]["missing"] == ["Kecamatan"]
    assert harness.parts.uploads.waiting_imports() == []


def test_a_file_over_the_limit_is_too_large(harness):
    assert bring(harness, b"x" * 5_000_001).status == 413


def test_the_same_request_again_is_the_same_import_even_when_it_has_ended(harness):
    first = bring(harness, table(row(1)), key="once")
    run(harness)
    again = bring(harness, table(row(1)), key="once")
    assert (again.status, again.body) == (202, first.body)
    assert bring(harness, table(row(2)), key="once").status == 422
    run(harness)
    assert members(harness) == 1


def test_rows_are_sealed_during_an_import_and_gone_afterwards(harness):
    identity = bring(harness, table(row(1, name="Rahasia Contoh"))).body["import"]
    stored = harness.parts.uploads.find_rows(identity)
    assert "Rahasia" not in stored
    assert "Rahasia" in harness.parts.vault.open(key_owner(identity), stored)
    run(harness)
    assert harness.parts.uploads.waiting_imports() == []
    assert harness.parts.vault.open(key_owner(identity), stored) is None
    assert "Rahasia" not in repr(harness.application.log.read(0, 1000))
    assert "812300000" not in repr(harness.application.log.read(0, 1000))


def test_rows_stored_by_a_request_that_never_came_to_its_end_are_forgotten_after_a_day(harness):
    harness.parts.uploads.store_rows("abandoned", seal_rows(harness.parts, "abandoned", []))
    assert harness.runner.step(1) == 0
    assert harness.runner.lag() == 1
    harness.machine.advance(ABANDONED_AFTER * 10_000)
    harness.runner.step(1)
    assert harness.parts.uploads.waiting_imports() == []


class Killed(BaseException):
    """kill -9, as far as memory can play it."""


def kill_at(harness, monkeypatch, survived):
    """From now on, die before the next append, destruction or drop after so many of them."""
    left = [survived]

    def deadly(function):
        def call(*arguments, **named):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return function(*arguments, **named)

        return call

    log, keys = harness.application.log, harness.parts.vault._keys
    monkeypatch.setattr(log, "append", deadly(log.append))
    monkeypatch.setattr(keys, "destroy", deadly(keys.destroy))
    monkeypatch.setattr(harness.parts.uploads, "delete_rows", deadly(harness.parts.uploads.delete_rows))


@given(survived=some.lists(some.integers(0, 30), max_size=4))
@EXAMPLES
def test_killed_anywhere_and_started_again_each_row_joins_once(new_harness, survived):
    harness = new_harness()
    harness.open_region()
    content = table(*[row(n) for n in range(SEVERAL)], row(3), row(903, email="tanpa-alamat", phone=""))
    path = bring(harness, content).headers["Location"]
    for steps in survived:
        with pytest.MonkeyPatch.context() as patch:
            kill_at(harness, patch, steps)
            try:
                run(harness)
            except Killed:
                harness.restart()
    run(harness)
    harness.settle()
    progress = harness.get(COORDINATOR, path).body
    assert (progress["state"], progress["joined"], progress["known"], len(progress["bad"])) == (
        "finished",
        SEVERAL,
        1,
        1,
    )
    assert members(harness) == SEVERAL
    assert harness.parts.uploads.waiting_imports() == []


ROWS = some.builds(
    row,
    some.integers(0, 5),
    name=some.sampled_from(["Ani", "Budi", ""]),
    email=some.sampled_from(["", "a@contoh.example", "b@contoh.example", "x"]),
    phone=some.sampled_from(["", "0812-3000-0001", "+62 81230000002"]),
    region=some.sampled_from(["Kota Kediri", "Kediri", ""]),
)


@given(some.lists(ROWS, min_size=1, max_size=8), some.lists(ROWS, max_size=3))
@EXAMPLES
def test_a_dry_run_always_foresees_what_the_import_does(new_harness, rows, before):
    harness = new_harness()
    harness.open_region()
    if before:
        imported(harness, table(*before))
    foreseen = dry_run(harness, table(*rows)).body
    done = imported(harness, table(*rows))
    assert foreseen["good"] == done["joined"]
    for name in ("rows", "known", "different", "bad", "differences"):
        assert foreseen[name] == done[name]
    joined = members(harness)
    assert imported(harness, table(*rows))["joined"] == 0
    assert members(harness) == joined

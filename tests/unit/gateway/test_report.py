"""The evidence report: shows only released parts, separates stated from measured figures, and is confirmed by a code."""

import re
import time
from datetime import date

import pytest

from gateway.api.evidence import ReleaseAnswer
from gateway.reports.evidence_pdf import ReportSheet, render_pdf
from gateway.reports.figures import DECISIONS, PARTS, figures_of, suggested_decisions
from gateway.reports.sections import components, decisions, sections
from services.kernel.declare.plain import ANSWER
from services.kernel.declare.schema import schema_of
from services.mentoring.api.report_figures import DECISIONS as TAKEN
from services.mentoring.api.report_figures import FiguresSent
from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import JAKARTA, FakeAnswer, bearer
from tests.unit.gateway.sample_community import settle

CASE = {
    "mentorship": "m1", "library": "l1", "name": "SMAN 4 Kota Kediri", "state": "open", "opened": "2026-03-02T03:00:00+00:00",
    "hours": 12.5, "visits": 7, "minutes": 750, "stage": "smooth", "pilot": True,
    "history": [
        {"stage": "wanted", "at": "2026-03-02T03:00:00+00:00", "days": 10, "note": "secret", "by": "wulan"},
        {"stage": "smooth", "at": "2026-05-02T20:00:00+00:00", "days": 3, "note": None, "by": "wulan"},
    ],
    "live_since": "2026-04-01T03:00:00+00:00", "smooth_since": "2026-05-02T20:00:00+00:00",
    "evidence": {
        "loans": [{"week": "2026-W14", "stated": 21}, {"week": "2026-W15", "measured": 40, "stated": 38}],
        "backups": [{"made": "2026-04-20T03:00:00+00:00", "ok": True, "source": "measured"}],
    },
    "cost": {"rupiah": 1_875_000, "rupiah_an_hour": 150_000, "since": "2026-01-01", "source": "stated by the community"},
    "readiness": {"conditions": [{"name": "budget", "present": False}, {"name": "power", "present": True}]},
}  # fmt: skip
COUNTED = {
    "framework": "kediri-1",
    "from": {"people": 2, "areas": [{"area": "b", "name": "…", "people": 2, "levels": {"1": 2}}]},
    "to": {"people": 2, "areas": [{"area": "b", "name": "…", "people": 2, "levels": {"2": 1, "3": 1}}]},
    "gained": {"self": 0, "second": 3},
}
FIGURES = figures_of(CASE, COUNTED, date(2026, 6, 20), JAKARTA)
CODE = "kode-1234"
PATH = "/v1/reports/evidence/l1"


def told(part):
    (section,) = sections(FIGURES, [part])
    return " ".join((*section.sentences, *(cell for row in section.table for cell in row)))


def test_figures_contain_no_notes_and_no_names():
    assert "secret" not in str(FIGURES)
    assert "wulan" not in str(FIGURES)


def test_stated_and_measured_loans_are_never_added():
    text = told("evidence")
    assert "59 dinyatakan petugas" in text
    assert "40 diukur mesin" in text
    assert "99" not in text


def test_a_report_names_the_days_of_a_week():
    assert "30 Mar – 5 Apr 2026" in told("evidence")
    assert "W14" not in told("evidence")


def test_each_report_section_opens_with_its_main_sentence():
    assert "12,5 jam, tanpa biaya" in told("hours")
    assert "Rp1.875.000" in told("cost")
    assert "Berjalan lancar sejak 3 Mei 2026" in told("stage")  # 20:00 UTC is the next day in Kediri
    assert "1 2,5" in told("competence")


def test_no_growth_is_said_without_a_zero_count():
    same = {**COUNTED, "from": COUNTED["to"]}
    (section,) = sections(figures_of(CASE, same, date(2026, 6, 20), JAKARTA), ["competence"])
    assert "belum ada kenaikan" in section.sentences[0]
    assert "naik di 1 dari lima" in told("competence")


def test_a_first_rating_does_not_count_as_growth():
    first = {**COUNTED, "from": {"people": 0, "areas": []}}
    (section,) = sections(figures_of(CASE, first, date(2026, 6, 20), JAKARTA), ["competence"])
    assert section.table[1] == ("Teknologi informasi", "–", "2,5")
    assert "naik" not in " ".join(section.sentences)
    assert "1 bidang dinilai pertama kali." in section.sentences
    rated = [{"area": area, "people": 1, "levels": {"3": 1}} for area in "ac"]
    mixed = {**COUNTED, "to": {"people": 2, "areas": [*COUNTED["to"]["areas"], *rated]}}
    (section,) = sections(figures_of(CASE, mixed, date(2026, 6, 20), JAKARTA), ["competence"])
    assert "naik di 1 dari lima" in section.sentences[0]
    assert "2 bidang dinilai pertama kali." in section.sentences


def test_the_loan_sum_names_its_period():
    assert "Peminjaman dalam 2 minggu terakhir: 59" in told("evidence")
    weeks = [{"week": f"2026-W{number:02d}", "stated": 10} for number in range(1, 41)]
    long = {**CASE, "evidence": {**CASE["evidence"], "loans": weeks}}
    (section,) = sections(figures_of(long, None, date(2026, 10, 20), JAKARTA), ["evidence"])
    assert "dalam 12 minggu terakhir: 120" in section.sentences[0]
    without = {**CASE, "evidence": {**CASE["evidence"], "loans": []}}
    (section,) = sections(figures_of(without, None, date(2026, 10, 20), JAKARTA), ["evidence"])
    assert section.sentences[0] == "Belum ada peminjaman yang tercatat."


@pytest.mark.parametrize("part", PARTS)
def test_only_released_parts_are_shown_with_their_accreditation_components(part):
    assert [section.part for section in sections(FIGURES, [part])] == [part]
    assert components()[part]


def test_a_part_without_figures_is_left_out():
    without = figures_of(CASE, None, date(2026, 6, 20), JAKARTA)
    assert [section.part for section in sections(without, PARTS)] == [part for part in PARTS if part != "competence"]


def test_missing_conditions_are_suggested_first_as_decisions():
    assert suggested_decisions(CASE)[0] == "budget"
    assert sorted(suggested_decisions(CASE)) == sorted(DECISIONS)
    assert decisions(["budget", "nonsense"]) == [DECISIONS["budget"]]


def test_the_report_pdf_has_at_most_two_pages_and_names_its_code():
    sheet = ReportSheet(
        "Komunitas",
        "SMAN 4 & lain",
        "Maret",
        "20 Juni",
        sections(FIGURES, PARTS),
        list(DECISIONS.values()),
        CODE,
        "https://x/l",
    )
    made = render_pdf(sheet)
    assert made.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type /Page\b(?!s)", made)) <= 2


@pytest.fixture
def report_client(harness, client):
    settle(harness)
    harness.mentoring.on("GET /v1/mentorships", FakeAnswer({"items": [{**CASE}], "next": None}))
    harness.mentoring.on("GET /v1/mentorships/{mentorship}", FakeAnswer(CASE))
    harness.members.on("GET /v1/libraries/{library}", FakeAnswer({"library": "l1", "name": "SMAN 4 Kota Kediri"}))
    harness.members.on("GET /v1/competence", FakeAnswer(COUNTED))
    harness.mentoring.on("POST /v1/mentorships/{mentorship}/reports", FakeAnswer({"report": "r1", "code": CODE}, 201))

    def confirmed(_asked):
        sent = harness.mentoring.calls("POST /v1/mentorships/{mentorship}/reports")[0].document
        kept = {name: FIGURES[name] for name in ("period", *sent["parts"])} | sent["figures"]
        shown = {"report": "r1", "library": "l1", "name": CASE["name"], "released_at": CASE["opened"]}
        return FakeAnswer({**shown, "parts": sent["parts"], "figures": kept})

    harness.mentoring.on("GET /v1/reports/{code}", confirmed)
    return client


def test_a_released_report_shows_the_chosen_parts_to_anybody(harness, report_client):
    assert report_client.get(PATH).status_code == 401
    draft = report_client.get(PATH, headers=bearer()).json()
    assert set(draft["parts"]) == set(PARTS)
    chosen = {"parts": ["hours", "evidence"], "decisions": ["budget"]}
    answer = report_client.post(PATH, json=chosen, headers=bearer() | {"Idempotency-Key": "k1"})
    assert answer.status_code == 201
    assert ReleaseAnswer().load(answer.json())["url"].endswith(f"/laporan/{CODE}")
    sent = harness.mentoring.calls("POST /v1/mentorships/{mentorship}/reports")[0].document
    assert sent["figures"] == {"decisions": ["budget"]}
    shown = report_client.get(PATH, params={"code": CODE}).json()
    assert shown["parts"] == ["hours", "evidence"]
    assert shown["decisions"] == [DECISIONS["budget"]]
    page = report_client.get(f"/laporan/{CODE}")
    assert page.status_code == 200
    assert "Laporan ini asli" in page.text
    assert "Rp1.875.000" not in page.text
    paper = report_client.get(f"/laporan/{CODE}.pdf")
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")


def test_a_release_sends_only_figures_from_other_services(harness, report_client):
    chosen = {"parts": ["competence", "visits"], "decisions": ["budget", "power", "budget"]}
    assert report_client.post(PATH, json=chosen, headers=bearer() | {"Idempotency-Key": "k1"}).status_code == 201
    sent = harness.mentoring.calls("POST /v1/mentorships/{mentorship}/reports")[0].document
    assert sent == {
        "parts": ["competence", "visits"],
        "figures": {"competence": FIGURES["competence"], "decisions": ["budget", "power"]},
    }
    assert ANSWER.write(schema_of(FiguresSent)().load(sent["figures"])) == sent["figures"]


def test_mentoring_accepts_every_decision():
    assert set(DECISIONS) == set(TAKEN)


@pytest.mark.parametrize(
    "body", [{"parts": []}, {"parts": ["names"]}, {"parts": "hours"}, {"parts": ["hours"], "x": 1}]
)
def test_an_unreleasable_part_is_named(report_client, body):
    answer = report_client.post(PATH, json=body, headers=bearer() | {"Idempotency-Key": "k1"})
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "answer", [FakeAnswer({}, 503), lambda _asked: time.sleep(2) or FakeAnswer(COUNTED)], ids=["down", "slow"]
)
def test_a_release_fails_when_a_chosen_part_is_unavailable(harness, report_client, answer):
    harness.members.on("GET /v1/competence", answer)
    chosen = {"parts": ["competence", "hours"]}
    refused = report_client.post(PATH, json=chosen, headers=bearer() | {"Idempotency-Key": "k1"})
    assert refused.status_code == 503
    assert not harness.mentoring.calls("POST /v1/mentorships/{mentorship}/reports")
    others = report_client.post(PATH, json={"parts": ["hours"]}, headers=bearer() | {"Idempotency-Key": "k2"})
    assert others.status_code == 201


def test_report_rejects_a_selected_part_without_data(harness, report_client):
    harness.members.on("GET /v1/competence", FakeAnswer({}, 404))
    refused = report_client.post(PATH, json={"parts": ["competence"]}, headers=bearer() | {"Idempotency-Key": "k1"})
    assert (refused.status_code, refused.json()["errors"]) == (400, {"parts": ["No figures: competence."]})
    assert not harness.mentoring.calls("POST /v1/mentorships/{mentorship}/reports")


def test_a_code_confirms_only_its_own_librarys_report(report_client):
    report_client.post(PATH, json={"parts": ["hours"]}, headers=bearer() | {"Idempotency-Key": "k1"})
    assert report_client.get(PATH, params={"code": CODE}).status_code == 200
    assert report_client.get("/v1/reports/evidence/another", params={"code": CODE}).status_code == 404


def test_a_draft_leaves_out_competence_when_members_is_down(harness, report_client):
    harness.members.on("GET /v1/competence", FakeAnswer({}, 503))
    draft = report_client.get(PATH, headers=bearer()).json()
    assert "competence" not in draft["parts"]
    assert [warning["part"] for warning in draft["warnings"]] == ["competence"]


def test_the_report_draft_page_releases_the_chosen_parts(harness, report_client):
    browser = Browser(report_client)
    browser.log_in()
    text = browser.open("/laporan/perpustakaan/l1")
    assert "Belum ada orang luar yang melihatnya" in text
    assert len(text.encode()) < 30_000
    browser.submit("/laporan/perpustakaan/l1/terbit", **{"part-hours": "yes", "decision-budget": "yes"})
    assert browser.page.url.path == f"/laporan/{CODE}"
    assert "Laporan diterbitkan" in browser.text

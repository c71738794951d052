import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import gateway.web
from gateway import labels, words
from gateway.bot import conversation
from gateway.web import attendance, news, visit
from gateway.words import LocalWords, Words, catalogue
from services.kernel.base.problem import Forbidden, Malformed, Problem, Refused, TooMany, Unavailable
from tests.unit.gateway.harness import JAKARTA

WEB = Path(gateway.web.__file__).parent
TEXT = re.compile(r'_\("((?:[^"\\]|\\.)*)"')


def texts():
    found = [text for path in (WEB / "templates").glob("*.html") for text in TEXT.findall(path.read_text("utf-8"))]
    return {
        *found, *(text for table in labels.LABELS.values() for text in table.values()), labels.ALL_RIGHTS_RESERVED,
        *words.BY_STATUS.values(), words.UNFORESEEN, words.UNREADABLE, *news.NEWS.values(),
        *attendance.INCOMPLETE.values(), *conversation.SENTENCES.values(), visit.EXPIRED,
    }  # fmt: skip


def test_every_text_has_english_and_no_english_text_is_unused():
    assert texts() == set(catalogue("en"))


def test_english_texts_have_the_same_placeholders():
    places = lambda text: sorted(re.findall(r"\{(\w+)\}", text))  # noqa: E731
    pairs = [(text, form) for text, english in catalogue("en").items() for form in english.split("|")]
    assert [text for text, form in pairs if places(text) != places(form)] == []


def test_english_has_a_form_for_one_and_a_form_for_many():
    for count, came in ((0, "0 people came"), (1, "1 person came"), (2, "2 people came")):
        assert words.Words("en")("{count} orang hadir", count=count) == came
    assert words.Words("en")("orang", count=1) == "person"
    assert words.Words("id")("{count} orang hadir", count=1) == "1 orang hadir"


def test_catalogues_are_sorted():
    for name in ("en", "rules"):
        keys = list(json.loads((WEB.parent / "locale" / f"{name}.json").read_text("utf-8")))
        assert keys == sorted(keys)


def test_a_refusal_is_translated_and_an_unknown_rule_keeps_its_own_text():
    refused = Refused("one-topic-per-gathering", "A gathering is about one topic.")
    assert Words("id").sentence(refused).startswith("Satu gathering hanya membahas satu topik")
    assert Words("en").sentence(refused) == "A gathering is about one topic."
    assert Words("id").sentence(Refused("new-rule", "Something new.")) == "Something new."


def test_a_refusal_sentence_contains_its_numbers():
    refused = Refused("pilot-needs-gatherings", "Its staff have been to 1 of 3 gatherings.", have=1, need=3)
    assert "1 dari 3 gathering" in Words("id").sentence(refused)
    assert "… dari …" in Words("id").sentence(Refused("pilot-needs-gatherings"))


def test_every_rule_that_a_service_refuses_by_has_its_indonesian_sentence():
    # The services' source is read, not imported. A rule without a sentence here would be shown in English.
    rooms = Path(__file__).parents[3] / "services"
    source = "\n".join(path.read_text("utf-8") for path in rooms.glob("*/**/*.py"))
    rules = set(re.findall(r'Refused\(\s*"([a-z0-9-]+)"', source))
    assert rules - set(catalogue("rules")) == set()


def test_every_problem_has_a_sentence_without_anything_internal():
    for problem in (
        Malformed(),
        Forbidden(permission="x"),
        TooMany(retry_after=7),
        Unavailable(),
        Problem(incident="i"),
    ):
        sentence = Words("id").sentence(problem)
        assert sentence
        assert "{" not in sentence
    assert "7 detik" in Words("id").sentence(TooMany(retry_after=7))


def test_times_do_not_depend_on_the_machines_time_zone():
    starts, ends = "2026-03-14T02:00:00+00:00", "2026-03-14T04:30:00Z"
    indonesian, english = (LocalWords(language, JAKARTA) for language in ("id", "en"))
    assert indonesian.span(starts, ends) == "Sabtu, 14 Mar 2026, 09.00–11.30 WIB"
    assert english.span(starts, ends) == "Saturday, 14 Mar 2026, 09:00–11:30 WIB"
    assert "15 Mar" in indonesian.span(starts, "2026-03-15T02:00:00+00:00")
    assert indonesian.from_form("2026-03-14T09:00") == "2026-03-14T09:00:00+07:00"
    assert indonesian.to_form(starts) == "2026-03-14T09:00"


def test_times_are_shown_in_the_configured_time_zone():
    starts, ends = "2026-03-14T02:00:00+00:00", "2026-03-14T04:30:00Z"
    makassar = LocalWords("id", ZoneInfo("Asia/Makassar"))
    assert makassar.span(starts, ends) == "Sabtu, 14 Mar 2026, 10.00–12.30 WITA"
    assert makassar.from_form("2026-03-14T09:00") == "2026-03-14T09:00:00+08:00"
    assert makassar.to_form(starts) == "2026-03-14T10:00"
    assert makassar.zone_name(starts) == "Waktu Indonesia Tengah (WITA)"
    assert LocalWords("id", JAKARTA).zone_name(starts) == "Waktu Indonesia Barat (WIB)"


def test_a_week_is_shown_as_its_days():
    assert Words("id").week("2026-W10") == "2–8 Mar 2026"
    assert Words("id").week("2026-W14") == "30 Mar – 5 Apr 2026"
    assert Words("en").week("2026-W53") == "28 Dec 2026 – 3 Jan 2027"
    assert Words("id").weeks(["2026-W10", "2026-W11"]) == "2–8 Mar 2026, 9–15 Mar 2026"
    assert Words("id").week("whenever") == "whenever"

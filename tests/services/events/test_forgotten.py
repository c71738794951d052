"""After a person's key is destroyed nothing that the person said can be read, and every count is as it was."""

from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.services.events.harness import RANI, EventsHarness, coordinator
from tests.support.sample_community import KEDIRI, person

NAMES = ("ani", "budi", "citra")
DEEDS = st.fixed_dictionaries(
    {name: st.sets(st.sampled_from(["topic", "problem", "feedback", "share"])) for name in NAMES}
)
HOUR = timedelta(hours=1)


class Held:
    """A gathering and what each of those who were there said about it; every word of theirs has its own name in it."""

    def __init__(self, harness: EventsHarness, n: int, deeds: dict[str, set[str]]) -> None:
        self._stage = harness
        self.said: dict[str, int] = {}
        starts = harness.clock.now() + HOUR
        topic, venue = harness.topic("rani"), harness.venue()
        self.activity = harness.published(
            topic=topic, venue=venue, starts=starts.isoformat(), ends=(starts + HOUR).isoformat()
        )
        self.topics = [topic]
        people = {f"{name}-{n}": done for name, done in deeds.items()}
        harness.register(self.activity, *people)
        harness.clock.advance(2 * HOUR)
        for who in people:
            assert harness.post(RANI, self._path("attendance"), {"person": who}).status == 201
        assert harness.post(RANI, self._path("complete")).status == 200
        for who, done in people.items():
            self._speak(who, done)

    def _speak(self, who: str, done: set[str]) -> None:
        me, words = person(who), f"kata dari {who}"
        if "topic" in done:
            wish = {"title": "x", "region": KEDIRI, "details": words}
            self.topics.append(self._stage.post(me, "/v1/topics", wish).body["topic"])
        if "share" in done:
            assert self._stage.post(me, f"/v1/topics/{self.topics[0]}/raisers").status == 201
        if "problem" in done:
            assert self._stage.post(me, self._path("problems"), {"text": words}).status == 201
        if "feedback" in done:
            answers = {"useful": 4, "understood": 5, "next": words}
            assert self._stage.post(me, self._path("feedback"), answers).status == 201
        self.said[who] = len(done - {"share"})

    def _path(self, name: str) -> str:
        return f"/v1/activities/{self.activity}/{name}"

    def shown(self) -> list[Any]:
        """All that somebody who may read everything reads."""
        paths = [self._path(name) for name in ("feedback", "problems", "registrations", "attendance")]
        return [self._stage.get(coordinator(), path).body for path in (*paths, *self._topics())]

    def _topics(self) -> list[str]:
        return [f"/v1/topics/{topic}" for topic in self.topics]

    def counts(self) -> list[Any]:
        """Whatever is counted or summed up."""
        feedback, problems, registered, there, *topics = self.shown()
        return [
            {name: feedback[name] for name in ("count", "useful", "understood")},
            sorted(each["count"] for each in problems["items"]),
            len(registered["items"]),
            len(there["items"]),
            [(topic["count"], topic["state"], len(topic["raisers"])) for topic in topics],
        ]


def test_no_text_of_an_erased_person_remains_and_every_count_stays_right(harness: EventsHarness) -> None:
    numbers = count(1)

    # Nothing is shrunk: each gathering stands beside those before.
    @settings(max_examples=4, phases=[Phase.generate], derandomize=True, database=None)
    @given(DEEDS, st.sets(st.sampled_from(NAMES), min_size=1))
    def whoever_is_forgotten(deeds: dict[str, set[str]], forgotten: set[str]) -> None:
        n = next(numbers)
        held = Held(harness, n, deeds)
        before, text = held.counts(), str(held.shown())
        assert {who: text.count(f"kata dari {who}") for who in held.said} == held.said
        gone = {f"{name}-{n}" for name in forgotten}
        for who in gone:
            harness.hear("member-erased", who, {"person": who, "ids": [who]})
        harness.settle()
        assert held.counts() == before
        text = str(held.shown())
        readable = {who: text.count(f"kata dari {who}") for who in held.said}
        assert readable == {who: 0 if who in gone else said for who, said in held.said.items()}

    whoever_is_forgotten()
    database = harness.application.core.database
    stored = [list(database[name].find()) for name in database.list_collection_names()]
    assert "kata dari" not in str(stored), "what is sealed is stored in no other way"

import pytest

from tests.support.sample_facts import NoSuchFact, checked, contract, sample
from tests.unit.notifications import facts

TAKEN = {"activity": "a", "person": "sri"}


def test_data_that_the_contract_has_is_taken_as_it_is() -> None:
    assert checked("events", "seat-taken", TAKEN) is TAKEN


@pytest.mark.parametrize(
    ("source", "kind", "data"),
    [
        ("events", "seat-given", TAKEN),
        ("events", "seat-taken", {"activity": "a"}),
        ("events", "seat-taken", {**TAKEN, "row": 3}),
        ("events", "seat-taken", {**TAKEN, "person": 3}),
    ],
    ids=["unknown type", "missing field", "unknown field", "wrong field"],
)
def test_data_that_no_contract_has_is_refused(source: str, kind: str, data: dict[str, object]) -> None:
    with pytest.raises(NoSuchFact):
        checked(source, kind, data)
    with pytest.raises(NoSuchFact):
        facts.fact(f"{source}.{kind}", "a", data)


@pytest.mark.parametrize("source", ["members", "events", "mentoring", "notifications"])
def test_every_fact_has_a_sample(source: str) -> None:
    for kind in contract(source):
        assert sample(source, kind)


def test_a_sample_has_the_fields_that_are_given_and_no_other_name() -> None:
    assert sample("events", "seat-taken", person="sri")["person"] == "sri"
    with pytest.raises(NoSuchFact):
        sample("events", "seat-taken", row=3)

"""Learning from before: shown, reviewed by another once, and credited as a rating."""

from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.domain.competence import COMPETENCE, Rate
from services.members.domain.prior_learning import (
    PriorLearningSubmitted,
)
from services.members.views.competence import COMPETENCE_OF
from tests.services.members.harness import MEMBER, REGIONAL, holder_of

WHAT = ("ani", "b-network", "b", "skill")
SUBMITTED = PriorLearningSubmitted(*WHAT, 3, "kediri-1", "kota-kediri", "sealed", None)
BODY = {"unit": "b-network", "aspect": "skill", "level": 3, "evidence": "Lima tahun mengurus jaringan di kantor."}
PATH = "/v1/prior-learning"


def test_an_accepted_submission_counts_as_a_rating_by_the_reviewer(harness):
    ani = Actor("person", harness.join("Ani"))
    submission = harness.post(ani, PATH, BODY).body["submission"]
    (waiting,) = harness.get(REGIONAL, PATH, query={"region": "kota-kediri", "state": "waiting"}).body["items"]
    assert (waiting["name"], waiting["evidence"]) == ("Ani", BODY["evidence"])
    assert BODY["evidence"] not in str(harness.events())
    review = {"accepted": True, "level": 2, "note": "Jaringan kecil saja."}
    assert harness.post(REGIONAL, f"{PATH}/{submission}/review", review).body["state"] == "accepted"
    (step,) = harness.get(ani, f"/v1/competence/{ani.id}").body["steps"]
    assert (step["level"], step["rater"], step["by"]) == (2, "second", REGIONAL.id)
    assert step["because"] == {"kind": "prior", "id": submission, "title": None}
    (own,) = harness.get(ani, PATH).body["items"]
    assert (own["state"], own["note"]) == ("accepted", "Jaringan kecil saja.")


def test_a_declined_submission_rates_nothing(harness):
    ani = Actor("person", harness.join("Ani"))
    submission = harness.post(ani, PATH, BODY).body["submission"]
    assert harness.post(REGIONAL, f"{PATH}/{submission}/review", {"accepted": False}).status == 200
    assert harness.get(ani, f"/v1/competence/{ani.id}").body["steps"] == []


def test_only_raters_of_the_region_see_and_review_submissions(harness):
    ani = Actor("person", harness.join("Ani"))
    submission = harness.post(ani, PATH, BODY).body["submission"]
    review = f"{PATH}/{submission}/review"
    assert harness.post(ANONYMOUS, PATH, BODY).status == 401
    assert harness.get(MEMBER, PATH, query={"region": "kota-kediri"}).status == 403
    assert harness.post(MEMBER, review, {"accepted": True}).status == 404
    assert harness.post(ani, review, {"accepted": True}).status == 403
    assert harness.post(holder_of(("mentor", "nganjuk")), review, {"accepted": True}).status == 404
    own = holder_of(("mentor", "kota-kediri"), person=ani.id)
    assert harness.post(own, review, {"accepted": True}).body["rule"] == "second-rater-is-another"
    assert harness.post(REGIONAL, review, {"accepted": "yes"}).status == 400
    for change in ({"unit": "b-unknown"}, {"link": "javascript:alert(1)"}, {"evidence": " "}):
        assert harness.post(ani, PATH, {**BODY, **change}).status == 400


def test_a_person_who_moved_is_reviewed_and_found_in_the_new_region(harness):
    harness.open_region("kota-blitar", "Kota Blitar")
    ani, blitar = (
        Actor("person", harness.join("Ani")),
        holder_of(("regional-coordinator", "kota-blitar"), person="bima"),
    )
    submission = harness.post(ani, PATH, BODY).body["submission"]
    home = {"region": "kota-blitar", "subdistrict": "mojoroto"}
    assert harness.call(ani, "PUT", "/v1/me", home).status == 200
    assert harness.get(REGIONAL, PATH, query={"region": "kota-kediri"}).body["items"] == []
    (waiting,) = harness.get(blitar, PATH, query={"region": "kota-blitar"}).body["items"]
    assert waiting["submission"] == submission
    review = f"{PATH}/{submission}/review"
    assert harness.post(REGIONAL, review, {"accepted": True}).status == 404
    assert harness.post(blitar, review, {"accepted": True}).status == 200
    (rated,) = [fact for fact in harness.facts() if fact.type == "competence-rated"]
    assert rated.region == "kota-blitar"
    query = {"unit": BODY["unit"]}
    (found,) = harness.get(blitar, "/v1/people-who-can", query={"region": "kota-blitar", **query}).body["items"]
    assert found["person"] == ani.id
    assert harness.get(REGIONAL, "/v1/people-who-can", query={"region": "kota-kediri", **query}).body["items"] == []


def test_a_late_rating_does_not_move_a_person_back_to_the_old_region(harness):
    harness.open_region("kota-blitar", "Kota Blitar")
    ani = harness.join("Ani")
    home = {"region": "kota-blitar", "subdistrict": "mojoroto"}
    assert harness.call(Actor("person", ani), "PUT", "/v1/me", home).status == 200
    rate = Rate(ani, "b-network", "b", "skill", 3, "second", "budi", "kediri-1", "kota-kediri")
    harness.parts.commands.take(COMPETENCE, CommandEnvelope(rate, ani, "late", Metadata("c")))
    harness.settle()
    assert harness.parts.views.get(COMPETENCE_OF, ani).region == "kota-blitar"


def test_a_submission_of_an_erased_person_is_not_reviewed(harness):
    ani = Actor("person", harness.join("Ani"))
    submission = harness.post(ani, PATH, BODY).body["submission"]
    assert harness.post(ani, "/v1/me/erasure", {"sure": True}).status == 202
    review = {"accepted": True, "note": "Baik."}
    assert harness.post(REGIONAL, f"{PATH}/{submission}/review", review).status == 404
    assert "competence-rated" not in {fact.type for fact in harness.facts()}

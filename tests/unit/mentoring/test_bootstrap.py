from pathlib import Path

import services.mentoring
from services.kernel.http.openapi import fragment_text
from services.mentoring.bootstrap import definition


def test_the_published_fragment_is_that_of_the_routes() -> None:
    """``jejaring openapi write`` mends it; it is generated, never written by hand."""
    kept = Path(services.mentoring.__file__).with_name("openapi.json")
    assert kept.read_text() == fragment_text(definition())


def test_no_two_routes_views_or_managers_share_a_name() -> None:
    ours = definition()
    for names in (
        [route.name for route in ours.routes],
        [(route.method, route.path) for route in ours.routes],
        [view.name for view in ours.views],
        [manager.name for manager in ours.managers],
    ):
        assert len(set(names)) == len(names)


def test_the_service_listens_to_members_and_events() -> None:
    assert definition().sources == ("members", "events")

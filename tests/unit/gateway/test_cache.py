import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from gateway.edge.cache import KEPT_SECONDS, HotReads
from gateway.edge.transport import Reply
from services.kernel.base.problem import Unavailable
from tests.unit.gateway.harness import FakeAnswer, bearer

NAME = "/v1/topics?"


def reply(position):
    return Reply(200, {"position": f"events@{position}"}, str(position).encode())


class Machine:
    now = 10.0

    def __call__(self):
        return self.now


class Events:
    """A fake service: answers with its position; ``gate`` delays an answer."""

    def __init__(self, position):
        self.position = position
        self.received = 0

    async def fetch(self):
        self.received += 1
        return reply(self.position)


def test_a_reply_is_kept_for_a_second_from_the_moment_it_was_asked():
    async def play():
        machine, events = Machine(), Events(5)
        hot = HotReads(machine)
        await hot.read(NAME, "events", 0, events.fetch)
        machine.now += KEPT_SECONDS
        await hot.read(NAME, "events", 0, events.fetch)
        assert events.received == 1
        machine.now += 0.01
        await hot.read(NAME, "events", 0, events.fetch)
        assert events.received == 2

    asyncio.run(play())


def test_a_caller_with_a_newer_position_bypasses_and_refreshes_the_cache():
    async def play():
        events, hot = Events(5), HotReads(Machine())
        await hot.read(NAME, "events", 0, events.fetch)
        events.position = 7
        assert (await hot.read(NAME, "events", 6, events.fetch)).body == b"7"
        assert (await hot.read(NAME, "events", 0, events.fetch)).body == b"7"
        assert events.received == 2

    asyncio.run(play())


def test_an_overtaken_reply_does_not_replace_a_newer_one():
    async def play():
        hot, gate = HotReads(Machine()), asyncio.Event()

        async def slow():
            await gate.wait()
            return reply(5)

        late = asyncio.ensure_future(hot.read(NAME, "events", 0, slow))
        await asyncio.sleep(0)
        # The second caller has seen 6, so the running read is too old for them: they wait for it, then ask themselves.
        newer = asyncio.ensure_future(hot.read(NAME, "events", 6, Events(7).fetch))
        await asyncio.sleep(0)
        gate.set()
        assert (await late).body == b"5"
        assert (await newer).body == b"7"
        again = await hot.read(NAME, "events", 0, Events(9).fetch)
        assert again.body == b"7"

    asyncio.run(play())


def test_an_older_reply_that_arrives_last_is_not_cached():
    async def play():
        hot, gate = HotReads(Machine()), asyncio.Event()

        async def slow():
            await gate.wait()
            return reply(5)

        first = asyncio.ensure_future(hot._fetch(NAME, "events", slow))
        await asyncio.sleep(0)
        await hot._fetch(NAME, "events", Events(7).fetch)
        gate.set()
        await first
        assert (await hot.read(NAME, "events", 0, Events(9).fetch)).body == b"7"

    asyncio.run(play())


def test_concurrent_callers_share_one_read():
    async def play():
        hot, events = HotReads(Machine()), Events(3)

        async def slow():
            await asyncio.sleep(0.01)
            return await events.fetch()

        answers = await asyncio.gather(*(hot.read(NAME, "events", 0, slow) for _ in range(100)))
        assert {answer.body for answer in answers} == {b"3"}
        assert events.received == 1

    asyncio.run(play())


def test_a_failed_read_fails_for_all_waiting_callers_and_is_not_cached():
    async def play():
        hot = HotReads(Machine())

        async def failing():
            await asyncio.sleep(0)
            raise Unavailable

        results = await asyncio.gather(
            *(hot.read(NAME, "events", 0, failing) for _ in range(3)), return_exceptions=True
        )
        assert [type(result) for result in results] == [Unavailable] * 3
        assert (await hot.read(NAME, "events", 0, Events(1).fetch)).body == b"1"

    asyncio.run(play())


def test_a_caller_does_not_wait_for_a_newer_position_than_needed():
    async def play():
        hot, gate, events = HotReads(Machine()), asyncio.Event(), Events(5)

        async def waiting():
            await gate.wait()
            return reply(10)

        one_who_saw_ten = asyncio.ensure_future(hot.read(NAME, "events", 10, waiting))
        await asyncio.sleep(0)
        others = await asyncio.wait_for(
            asyncio.gather(*(hot.read(NAME, "events", 0, events.fetch) for _ in range(3))), 1
        )
        assert ({other.body for other in others}, events.received) == ({b"5"}, 1)
        gate.set()
        assert (await one_who_saw_ten).body == b"10"

    asyncio.run(play())


def test_an_unshared_read_is_not_shared():
    async def play():
        hot, gate, events = HotReads(Machine()), asyncio.Event(), Events(5)

        async def waiting():
            await gate.wait()
            return reply(10)

        own = asyncio.ensure_future(hot.read(NAME, "events", 3, waiting, shared=False))
        await asyncio.sleep(0)
        assert (await asyncio.wait_for(hot.read(NAME, "events", 3, events.fetch), 1)).body == b"5"
        gate.set()
        assert (await own).body == b"10"

    asyncio.run(play())


@pytest.mark.parametrize("status", [304, 503])
def test_only_a_success_is_shared(status):
    async def play():
        hot, events = HotReads(Machine()), Events(5)

        async def other():
            await asyncio.sleep(0)
            return Reply(status, {"position": "events@5"}, b"")

        first, second = await asyncio.gather(
            hot.read(NAME, "events", 0, other), hot.read(NAME, "events", 0, events.fetch)
        )
        assert (first.status, second.status, second.body) == (status, 200, b"5")

    asyncio.run(play())


def test_a_cancelled_caller_does_not_cancel_the_shared_read():
    async def play():
        hot, gate = HotReads(Machine()), asyncio.Event()

        async def slow():
            await gate.wait()
            return reply(5)

        leaving = asyncio.ensure_future(hot.read(NAME, "events", 0, slow))
        staying = asyncio.ensure_future(hot.read(NAME, "events", 0, slow))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        gate.set()
        assert (await staying).body == b"5"
        with pytest.raises(asyncio.CancelledError):
            await leaving

    asyncio.run(play())


def test_an_invented_wait_for_delays_no_other_caller(harness, client):
    asked, gate = threading.Semaphore(0), threading.Event()

    def events(request):
        if "wait-for" not in request.headers:
            return FakeAnswer({"items": []}, 200, {"Position": "events@1"})
        asked.release()
        gate.wait(60)
        return FakeAnswer({"title": "not there yet"}, 503)

    harness.events.on("GET /v1/activities", events)
    with ThreadPoolExecutor(2) as strangers:
        made_up = {"Wait-For": "events@999999999999"}
        address = client.base_url.join("/v1/activities")
        theirs = [strangers.submit(httpx.get, address, headers=made_up, trust_env=False) for _ in range(2)]
        try:
            assert all(asked.acquire(timeout=5) for _ in theirs)
            assert client.get("/v1/activities", timeout=5).status_code == 200
        finally:
            gate.set()
        assert [each.result().status_code for each in theirs] == [503, 503]


def test_only_anonymous_callers_share_and_only_successes_are_cached(harness, client):
    harness.events.on("GET /v1/topics", FakeAnswer({"items": []}, 200, {"Position": "events@1"}))
    harness.events.on("GET /v1/activities", FakeAnswer({"title": "no"}, 503))
    for _ in range(3):
        assert client.get("/v1/topics").headers["position"] == "events@1"
        client.get("/v1/activities")
    assert len(harness.events.calls("GET /v1/topics")) == 1
    assert len(harness.events.calls("GET /v1/activities")) == 3
    client.get("/v1/topics?region=blitar")
    client.get("/v1/topics", headers=bearer())
    client.get("/v1/topics", headers=bearer())
    assert len(harness.events.calls("GET /v1/topics")) == 4

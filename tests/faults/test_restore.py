"""One of four running services is restored from a backup, as the how-to says."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from pymongo import MongoClient

from deploy.commands.verification.inbox import inbox_differences
from deploy.commands.verification.log import log_differences
from deploy.waiting import wait_until
from tests.support.documented_programs import programs
from tests.support.members_client import Caller
from tests.support.services import ChildServices

ALL = ("members", "events", "mentoring", "notifications")
LISTENERS = ("events", "mentoring", "notifications")
STEPS = programs("docs/how-to/restore-a-service.md")


def run(step: str, services: ChildServices, folder: Path) -> subprocess.CompletedProcess[str]:
    """A block of the how-to, for members instead of events; `jejaring` is this tree's."""
    command = folder / "bin" / "jejaring"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m deploy.cli "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    path = f"{command.parent}:{os.environ['PATH']}"
    environment = {**services.environment, "PATH": path, "HOME": os.environ.get("HOME", "/")}
    script = STEPS[step].replace("events", "members")
    return subprocess.run(
        ["sh", "-ec", script], env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=Path.cwd()
    )


def status(services: ChildServices, name: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(services.url(name) + "/internal/status", timeout=8).json()
    return found


def test_the_steps_of_the_how_to_bring_back_a_restored_service_and_all_hear_it(
    child_services: Callable[..., ChildServices], tmp_path: Path, mongodb_uri: str, database_prefix: str
) -> None:
    services = child_services()
    members = services.start("members")
    services.start(*LISTENERS)
    services.wait_ready(*ALL, deadline_seconds=90)
    caller = Caller(services.url("members"), tmp_path / "keys")
    caller.open_region()
    kept = caller.join("kept")

    def all_heard() -> bool:
        told = status(services, "members")["facts"]
        return all(status(services, name)["heard"]["members"] == told for name in LISTENERS)

    wait_until(all_heard, 30, "all to hear the first")
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True) as client:
        database = client[f"{database_prefix}members"]
        services.stop(members)
        backup = {name: list(database[name].find()) for name in database.list_collection_names()}
        services.restart(members)
        caller.join("lost")
        wait_until(all_heard, 30, "all to hear what will be lost")
        lost = int(status(services, "members")["facts"]) - len([f for c in backup["commits"] for f in c["facts"]])
        assert lost > 0

        refused = run("steps.sh", services, tmp_path)
        assert refused.returncode != 0
        assert "stop it" in refused.stderr
        services.stop(members)
        for name in database.list_collection_names():
            database[name].delete_many({})
        for name, documents in backup.items():
            if documents:
                database[name].insert_many(documents)
        wait_until(lambda: run("steps.sh", services, tmp_path).returncode == 0, 30, "the old lease to end")
        services.restart(members)
        new = caller.join("new")
        wait_until(all_heard, 40, "all to hear the restored service")
        assert set(caller.members()) == {kept, new}
        for name in LISTENERS:
            assert status(services, name)["forgotten"]["members"] == lost
            assert list(inbox_differences(client[f"{database_prefix}{name}"])) == []
            subjects = [
                fact["envelope"]["subject"]
                for fact in client[f"{database_prefix}{name}"]["inbox"].find({"source": "members"}).sort("position", 1)
            ]
            assert kept in subjects
            assert new in subjects
        assert list(log_differences(database)) == []
        said = run("look.sh", services, tmp_path).stdout
        assert f"notifications: heard {lost} facts of members that members has lost in a restore" in said

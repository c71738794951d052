"""The table of planted mistakes stays true: each mistake can be planted, and each test that must notice it exists."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutations.plant import ROOT, SIMULATION, failed_tests, promise_of
from tests.mutations.table import MUTATIONS
from tests.simulation.schedules import CASTS
from tests.support import coverage_probes


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: f"{each.room}: {each.promise}")
def test_each_mistake_can_be_planted_and_the_tests_that_must_notice_it_exist(mutation) -> None:
    planted = mutation.planted(ROOT)
    assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse((ROOT / mutation.file).read_text("utf-8")))
    if mutation.tests[0] == SIMULATION:
        assert mutation.tests[1:] in [(cast.name,) for _, cast in CASTS]
        return
    for test in mutation.tests:
        path, _, name = test.partition("::")
        assert f"def {name or 'test_'}" in (ROOT / path).read_text("utf-8")


def test_no_promise_stands_in_the_table_twice() -> None:
    promises = [(each.room, each.promise) for each in MUTATIONS]
    assert len(set(promises)) == len(promises)


def test_the_broken_promise_is_named_without_the_values_of_its_schedule() -> None:
    assert promise_of("heard facts:\n  found  []\n  wanted ['1']") == "heard facts"
    assert promise_of("commits of HoldSeat(person='ani'):\n  found  2") == "commits of HoldSeat"


PLANTED = """
from tests.mutations.played import judged_in_forks
from tests.mutations.table import MUTATIONS
mutation = next(each for each in MUTATIONS if each.promise == "positions have no gaps")
((_, verdict),) = judged_in_forks([mutation], 1)
print(verdict.by)
"""


def test_a_schedule_notices_a_mistake_and_the_same_schedule_holds_without_it() -> None:
    # A process of its own: the probes that measure coverage would load the unchanged modules.
    variables = {name: value for name, value in os.environ.items() if name != coverage_probes.VARIABLE}
    by = subprocess.run([sys.executable, "-c", PLANTED], cwd=ROOT, env=variables, check=True, capture_output=True)
    assert by.stdout.startswith(b"seed ")


def test_a_test_that_could_not_begin_has_noticed_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.unit.test_a" name="test_b"><error message="ImportError"/>'
        '</testcase><testcase classname="tests.unit.test_a" name="test_c"><failure message="assert 1 == 2"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert failed_tests(report) == [("test_a::test_c", "assert 1 == 2")]
    assert failed_tests(tmp_path / "missing.xml") == []

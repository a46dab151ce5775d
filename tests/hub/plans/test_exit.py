"""A program that has read a plan ends cleanly."""

from __future__ import annotations

import subprocess
import sys

# msgspec 0.21 and 0.22 free the type of a union of text, list and none twice when the interpreter
# ends: a quarter of such programs died of it.
TRIES = 12


def test_a_program_that_has_read_a_plan_does_not_crash_at_its_end() -> None:
    script = "from hub.plans.read import shipped_plan; shipped_plan('campus')"
    programs = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(TRIES)]
    assert [program.wait(100) for program in programs] == [0] * TRIES

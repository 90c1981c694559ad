"""The queue is a hint: it carries jobs from one process to another, takes no orders from strangers, and may be lost."""

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mdt import config
from mdt.queue import Jobs, open_queue
from mdt.worker import OneAtATime


@pytest.fixture
def settings(tmp_path):
    return config.from_environment({"MDT_DATA": str(tmp_path)})


def work(jobs: Jobs) -> None:
    """What the worker's consumer does, until the queue is empty."""
    while (task := jobs.huey.dequeue()) is not None:
        jobs.huey.execute(task)


def test_a_job_asked_for_in_one_process_is_done_in_another_gathers_first(settings):
    asking, working = Jobs(open_queue(settings)), Jobs(open_queue(settings))
    done: list[tuple[str, str]] = []
    working.carry_out({"gather": lambda it: done.append(("gather", it)), "pack": lambda it: done.append(("pack", it))})
    asking.ask("pack", "series 1")
    asking.ask("gather", "gather 1")
    work(working)
    assert done == [("gather", "gather 1"), ("pack", "series 1")]


def test_a_message_that_is_not_ours_is_not_carried_out(settings):
    stranger = Jobs(open_queue(replace(settings, secret_key="somebody else's")))
    stranger.ask("gather", "gather 1")
    with pytest.raises(ValueError, match="mismatch"):
        Jobs(open_queue(settings)).huey.dequeue()


def test_a_queue_that_cannot_be_reached_costs_only_the_hint(settings):
    jobs = Jobs(open_queue(replace(settings, redis_url="redis://127.0.0.1:9/0")))
    with capture_logs() as said:
        jobs.ask("gather", "gather 1")
    assert [(one["event"], one["subject"]) for one in said] == [("queue.unreachable", "gather 1")]


def test_jobs_on_one_subject_follow_each_other_and_what_comes_meanwhile_is_done_once_more():
    begun, may_end, done = threading.Event(), threading.Event(), []

    def pack(subject: str) -> None:
        done.append(subject)
        begun.set()
        assert may_end.wait(5)

    one_at_a_time = OneAtATime(pack)
    thread = threading.Thread(target=one_at_a_time, args=("s",))
    thread.start()
    assert begun.wait(5)
    one_at_a_time("s")
    one_at_a_time("s")
    assert done == ["s"], "it is still in hand"
    may_end.set()
    thread.join(5)
    assert done == ["s", "s"]
    one_at_a_time("s")
    assert done == ["s", "s", "s"]


def test_a_job_that_fails_does_not_block_the_next():
    done: list[str] = []

    def pack(subject: str) -> None:
        done.append(subject)
        if len(done) == 1:
            raise OSError("the disk is full")

    one_at_a_time = OneAtATime(pack)
    with pytest.raises(OSError):
        one_at_a_time("s")
    one_at_a_time("s")
    assert done == ["s", "s"]


def test_logs_are_json_and_libraries_that_speak_of_patients_are_silent():
    code = """
import logging, warnings, structlog
from mdt.core import log
log.set_up()
structlog.get_logger("mdt.test").info("gather.started", gather="1")
logging.getLogger("pydicom").error("HARGREAVES^Dorothy")
logging.getLogger("pynetdicom.acse").warning("HARGREAVES^Dorothy")
warnings.warn("HARGREAVES^Dorothy")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
    )
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("{")
    assert '"gather.started"' in line

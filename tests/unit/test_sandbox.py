"""Whatever happens to the child, the parent gets a value or a sentence, and the next call works."""

import gc
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from mdt.core.actor import Actor
from mdt.core.sandbox import Limits, Sandbox, SandboxError
from tests.unit import sandbox_acts as acts


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(Limits(memory=400 << 20, cpu_seconds=1, wall_seconds=5, answer=2 << 20)) as one:
        yield one


def fails(sandbox: Sandbox, reason: str, function, *args) -> str:
    with pytest.raises(SandboxError) as caught:
        sandbox.call(function, *args)
    assert caught.value.reason == reason
    assert sandbox.call(acts.add, 1, b=2) == 3, "the next call works"
    return str(caught.value)


def test_values_come_back_whole(sandbox):
    value = sandbox.call(acts.whole)
    assert value["actor"] == Actor(person_id="1", name="Ann")
    assert value["raw"] == b"\x00\xff"
    assert value["born"].year == 1951


def test_one_child_is_kept_between_calls(sandbox):
    first = sandbox.call(acts.pid)
    assert first != os.getpid()
    assert sandbox.call(acts.pid) == first


def test_the_functions_own_refusal_keeps_its_sentence(sandbox):
    assert fails(sandbox, "refused", acts.refuse) == "This is not a DICOM file."


def test_a_stumble_is_told_in_a_sentence(sandbox):
    assert fails(sandbox, "broke", acts.stumble) == "It could not be read (KeyError: 'PixelData')."


def test_deep_nesting(sandbox):
    assert "nested" in fails(sandbox, "broke", acts.dive)


def test_too_much_memory(sandbox):
    before = sandbox.call(acts.pid)
    assert "400 MB" in fails(sandbox, "memory", acts.hoard, 900)
    assert sandbox.call(acts.pid) != before, "a child that ran out of memory is not trusted again"


def test_too_much_processor_time(sandbox):
    assert "processor" in fails(sandbox, "time", acts.spin)


def test_processor_time_is_counted_for_each_call(sandbox):
    for _ in range(4):
        sandbox.call(acts.burn, 0.5)


def test_too_long_by_the_clock():
    with Sandbox(Limits(wall_seconds=1.5)) as sandbox:
        start = time.monotonic()
        assert "longer than 1.5 s" in fails(sandbox, "time", acts.sleep, 60)
        assert time.monotonic() - start < 4


def test_a_crash_of_the_interpreter(sandbox):
    assert "SIGSEGV" in fails(sandbox, "died", acts.crash)


def test_a_child_killed_while_idle_is_replaced(sandbox):
    victim = sandbox.call(acts.pid)
    os.kill(victim, signal.SIGKILL)
    time.sleep(0.1)
    assert sandbox.call(acts.pid) != victim


def test_printing_does_not_disturb_the_answer(sandbox):
    assert sandbox.call(acts.talk) == "heard"


def test_an_answer_too_large(sandbox):
    assert "2 MB" in fails(sandbox, "broke", acts.chatter, 3)


def test_an_answer_cannot_run_code_here(sandbox):
    Path("/tmp/mdt-sandbox-escaped").unlink(missing_ok=True)
    assert "not allowed" in fails(sandbox, "broke", acts.sneak)
    assert not Path("/tmp/mdt-sandbox-escaped").exists()


def test_the_child_is_told_no_secrets(monkeypatch):
    monkeypatch.setenv("MDT_SECRET_KEY", "secret")
    with Sandbox() as sandbox:
        assert "MDT_SECRET_KEY" not in sandbox.call(acts.environment)


def test_threads_take_turns(sandbox):
    answers: list[int] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(sandbox.call(acts.add, n, b=0))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(8))


def test_a_forgotten_sandbox_ends_its_child():
    sandbox = Sandbox()
    child = sandbox.call(acts.pid)
    del sandbox
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)

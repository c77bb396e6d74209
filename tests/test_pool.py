"""The drawing processes: as good as drawing here, and whatever befalls one of them befalls nobody else."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from credential.phrases import RENDITIONS
from demo.services import command, free_port
from issuer.certificate import Brand, LibrariesMissing, Undrawable, pool, render
from issuer.certificate.pool import NotDrawn, Pool
from issuer.certificate.samples import sample, sample_names
from issuer.certificate.worker import QUESTION, Look, Question
from tests.conftest import CACHE
from tests.test_certificate import CLASSIC, ISSUED, SHORT_URL, TOKEN, WORDING, zh

DEMO = Path(__file__).parent.parent / "demo"
HERE: dict[str, Any] = {"verify_url": SHORT_URL, "issued_at": ISSUED, "cache": CACHE, "design": CLASSIC}
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture
def one() -> Iterator[Pool]:
    """A pool of one process, which a test may harm."""
    made = Pool(CACHE, size=1)
    yield made
    made.close()


def worker_of(one: Pool) -> int:
    (worker,) = one._workers
    return worker._process.pid


def test_a_process_draws_the_same_bytes_as_drawing_here(drawing: Pool) -> None:
    assert drawing.render(WORDING, TOKEN, **HERE) == render(WORDING, TOKEN, **HERE)


@pytest.mark.parametrize("name", sample_names())
def test_a_question_arrives_as_it_was_asked(name: str) -> None:
    how: Any = {"verify_url": SHORT_URL, "issued_at": ISSUED, "cache": str(CACHE), "place": 0}
    for rendition in RENDITIONS:
        asked = Question(wording=sample(name, rendition), token=TOKEN, look=(CLASSIC, Brand(logo=b"\xff\0")), **how)
        arrived = QUESTION.decode(msgspec.msgpack.encode(asked))
        assert arrived == asked
        assert arrived.look is not None
        assert arrived.look[0].files == CLASSIC.files


def test_a_design_and_a_brand_are_sent_once_and_again_when_others_took_their_place(
    one: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bool] = []
    placed = pool._Worker.placed

    def noted(worker: pool._Worker, look: Look) -> tuple[int, Look | None]:
        answer = placed(worker, look)
        sent.append(answer[1] is not None)
        return answer

    monkeypatch.setattr(pool._Worker, "placed", noted)
    monkeypatch.setattr(pool, "LOOKS", 2)
    never_compiled = sample("hardest")
    red, green, blue = (Brand(ink=colour) for colour in ("#a00000", "#006000", "#0000a0"))
    here = {brand: render(never_compiled, TOKEN, brand=brand, **HERE) for brand in (red, green, blue)}
    for brand in (red, green, red, blue, red, green):  # blue takes the place of green, and green that of blue
        assert one.render(never_compiled, TOKEN, brand=Brand(ink=brand.ink), **HERE) == here[brand]
    assert sent == [True, True, False, True, False, True]


def test_a_refusal_arrives_as_it_was_raised(drawing: Pool) -> None:
    with pytest.raises(Undrawable, match=r"OVERRIDE \(U\+202E\)") as refused:
        drawing.render(replace(WORDING, name=(zh("王\u202e"),)), TOKEN, **HERE)
    assert refused.value.characters == ("\u202e",)


def test_a_missing_library_is_named_to_whoever_asks(one: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from issuer.certificate import libraries; libraries.NEEDED = {'pango-1.0': ('libnone.so', 'libnone.dylib')};"
        "import ctypes.util; ctypes.util.find_library = lambda name: None"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(LibrariesMissing, match=r"pango-1.0 not found.*Run: "):
        one.render(WORDING, TOKEN, **HERE)


def test_a_process_whose_answer_is_none_of_ours_is_replaced(one: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    one.render(WORDING, TOKEN, **HERE)
    harmed, (worker,) = worker_of(one), one._workers
    monkeypatch.setattr(worker._connection, "recv_bytes", lambda most: pickle.dumps("a program of its own"))
    with pytest.raises(NotDrawn):
        one.render(WORDING, TOKEN, **HERE)
    assert one.render(WORDING, TOKEN, **HERE).startswith(b"%PDF")
    assert worker_of(one) != harmed


def test_a_process_that_never_ends_its_answer_is_replaced(one: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    one.render(WORDING, TOKEN, **HERE)
    (worker,) = one._workers
    kill, (ours, theirs) = worker._process.kill, Pipe()

    def killed() -> None:
        kill()
        theirs.close()

    os.write(theirs.fileno(), b"\0\0\1\0.")  # one byte of 256
    monkeypatch.setattr(worker, "_connection", ours)
    monkeypatch.setattr(worker._process, "kill", killed)
    monkeypatch.setattr(pool, "DRAWING", 1)
    with pytest.raises(NotDrawn, match="longer than 1 seconds"):
        one.render(WORDING, TOKEN, **HERE)


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
def test_a_process_that_dies_or_hangs_over_a_certificate_is_replaced(
    one: Pool, harm: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = one.render(WORDING, TOKEN, **HERE)
    os.kill(worker_of(one), signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread, monkeypatch.context() as patched:
        patched.setattr(pool, "DRAWING", 1)
        asked = thread.submit(one.render, WORDING, TOKEN, **HERE)
        time.sleep(0.3)
        os.kill(worker_of(one), harm)
        with pytest.raises(NotDrawn, match="Ask again"):
            asked.result()
    assert one.render(WORDING, TOKEN, **HERE) == drawn


def test_a_process_that_died_since_its_last_certificate_is_not_asked(one: Pool) -> None:
    drawn = one.render(WORDING, TOKEN, **HERE)
    os.kill(worker_of(one), signal.SIGKILL)
    time.sleep(0.5)
    assert one.render(WORDING, TOKEN, **HERE) == drawn


@needs_proc
def test_a_process_has_limits_and_none_of_the_services_secrets(one: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_KEY_PASSPHRASE", "correct horse")
    one.render(WORDING, TOKEN, **HERE)
    process = Path("/proc") / str(worker_of(one))
    limits = (process / "limits").read_text()
    assert f"Max address space         {1024**3} " in limits
    assert "Max cpu time              unlimited" not in limits
    assert b"correct horse" not in (process / "environ").read_bytes()


def test_who_asks_a_closed_pool_is_told_so(one: Pool) -> None:
    one.close()
    with pytest.raises(NotDrawn, match="Ask again"):
        one.render(WORDING, TOKEN, **HERE)


def test_the_service_itself_does_not_load_what_draws() -> None:
    code = "import sys, issuer.app; print([name for name in ('weasyprint', 'pydyf') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert said.stdout == "[]\n"


@needs_proc
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_service(end: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    environment = {"ISSUER_DATA_DIR": str(tmp_path), "ISSUER_CACHE_DIR": str(CACHE), "ISSUER_PORT": str(port)}
    command("issuer", "init", str(DEMO / "organisation.toml"), environment=environment)
    service = subprocess.Popen(
        [Path(sys.executable).with_name("issuer"), "serve"], env=os.environ | environment, start_new_session=True
    )
    try:
        wait(lambda: httpx.get(f"http://127.0.0.1:{port}/healthz").is_success)
        family = descendants(service.pid)
        assert sum("issuer.certificate.worker" in commandline(pid) for pid in family) == len(os.sched_getaffinity(0))
        if end == signal.SIGKILL:
            for pid in family:
                if "issuer.certificate.worker" not in commandline(pid):
                    os.kill(pid, end)
        service.send_signal(end)
        service.wait(timeout=30)
        wait(lambda: not any(map(commandline, family)))
    finally:
        service.kill()


def wait(until: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if until():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("It did not come about.")


def descendants(parent: int) -> set[int]:
    children = {
        int(pid)
        for file in Path("/proc").glob("[0-9]*/task/*/children")
        if file.parts[2] == str(parent)
        for pid in file.read_text().split()
    }
    return children.union(*map(descendants, children))


def commandline(pid: int) -> str:
    """The command line of a process that runs; "" for one that is gone, or waits to be buried."""
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text()
    except OSError:
        return ""

"""Processor time: a certificate has little of it, and a kind that is compiled more. `test_canary` tries to take it all."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from issuer.certificate import read_design
from issuer.certificate.compiled import compiling
from issuer.certificate.pool import Pool
from issuer.certificate.samples import sample
from tests.both_ways import fast, laid_out
from tests.conftest import CACHE
from tests.test_certificate import CLASSIC, ISSUED, SHORT_URL, TOKEN, WORDING, zh
from tests.test_pool import needs_proc, worker_of

HERE: dict[str, Any] = {"verify_url": SHORT_URL, "issued_at": ISSUED, "cache": CACHE, "design": CLASSIC}
SECONDS = 3
SLOW_MACHINE = f"""
import time
from issuer.certificate import allowance, pdf

allowance.SECONDS = {SECONDS}
render = pdf.HTML.render

def slowly(*args, **kwargs):
    ends = time.process_time() + 0.9
    while time.process_time() < ends:
        pass
    return render(*args, **kwargs)

pdf.HTML.render = slowly
"""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool of one process on a slow machine: it may take `SECONDS`, and every layout takes 0.9 more than here."""
    (tmp_path / "sitecustomize.py").write_text(SLOW_MACHINE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pool = Pool(CACHE, size=1)
    yield pool
    pool.close()


@needs_proc
def test_a_kind_may_take_longer_to_compile_than_a_certificate_to_draw(slow: Pool) -> None:
    slow.render(replace(WORDING, name=(zh("王芳"),)), TOKEN, **HERE)
    before = spent(worker_of(slow))
    slow.render(replace(WORDING, name=(zh("李明"),)), TOKEN, **HERE)
    assert slow.drawn == {"laid_out": 1, "compiled": 1}
    assert spent(worker_of(slow)) - before > SECONDS


def test_a_kind_that_would_take_too_long_to_compile_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    design = read_design("classic, slow", dict(CLASSIC.files))
    with monkeypatch.context() as patched:
        patched.setattr(compiling, "MOST_SECONDS", 0)
        assert fast(sample("usual"), design) is None
    assert fast(sample("usual"), design) is None
    assert laid_out(sample("usual"), design).startswith(b"%PDF")
    assert fast(sample("usual"), CLASSIC) is not None


def spent(process: int) -> float:
    """Seconds of processor time that a process has taken (proc(5), utime and stime)."""
    fields = (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

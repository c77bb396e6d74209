"""A document is opened in a child of a server: alone, within limits, out of reach of anything."""

import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest

from tests.hostile import CATALOG, EMPTY, HOSTILE, PAGE, PAGES, pdf
from verifier.documents import child
from verifier.documents.child import isolation, open_document, warm
from verifier.errors import CannotOpen

BLANK = pdf(CATALOG, PAGES, PAGE % b"", EMPTY)


def server() -> int:
    """The number of the process that forks our children."""
    return child.SERVER.started()._process.pid


def test_whoever_asks_for_a_document_loads_no_reader_of_documents() -> None:
    code = (
        "import sys\n"
        "from verifier.documents.child import open_document\n"
        "assert open_document(sys.stdin.buffer.read()).kind == 'pdf'\n"
        "assert not {'pikepdf', 'pypdfium2', 'PIL', 'zxingcpp'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], input=BLANK, check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can seal a process off")
def test_a_child_gets_no_new_rights_whatever_the_system() -> None:
    warm()
    assert isolation()["no_new_rights"]
    assert set(isolation()) == {"no_network", "no_files", "no_new_rights"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can seal a process off")
def test_what_is_said_of_a_child_is_what_it_tried() -> None:
    """Without anything sealed off, the same question has other answers."""
    code = (
        "import socket, tempfile\n"
        "from verifier.documents.isolation import reached\n"
        "with socket.create_server(('127.0.0.1', 0)) as listening, tempfile.NamedTemporaryFile() as file:\n"
        "    print(set(reached(listening.getsockname()[1], file.name)) == {'network', 'files', 'new_rights'})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_document_is_decrypted_that_opens_without_a_password() -> None:
    """Whoever decrypts wants random numbers of the system, which lie outside of what a child may read otherwise."""
    protected = io.BytesIO()
    with pikepdf.open(io.BytesIO(BLANK)) as document:
        document.save(protected, encryption=pikepdf.Encryption(owner="owner", user=""))
    assert open_document(protected.getvalue()).kind == "pdf"


def test_many_documents_are_opened_at_once() -> None:
    with ThreadPoolExecutor(16) as threads:
        opened = list(threads.map(open_document, [BLANK] * 48))
    assert {document.kind for document in opened} == {"pdf"}


def test_a_server_that_dies_is_replaced() -> None:
    before = server()
    os.kill(before, signal.SIGKILL)
    assert open_document(BLANK).kind == "pdf"
    assert server() != before


def test_documents_survive_the_death_of_their_server() -> None:
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(open_document, BLANK) for _ in range(12)]
        os.kill(server(), signal.SIGKILL)
        assert {document.result().kind for document in waiting} == {"pdf"}


def test_a_server_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    before = server()
    os.kill(before, signal.SIGSTOP)
    with monkeypatch.context() as patched, pytest.raises(CannotOpen) as refused:
        patched.setattr(child, "SECONDS", 0.5)
        open_document(BLANK)
    assert refused.value.code == "too_slow"
    assert open_document(BLANK).kind == "pdf"
    assert server() != before


def test_a_document_without_end_is_ended_and_harms_no_other() -> None:
    before = server()
    with ThreadPoolExecutor(2) as threads:
        endless = threads.submit(open_document, HOSTILE["a form that draws itself"]())
        assert open_document(BLANK).kind == "pdf"
        with pytest.raises(CannotOpen) as refused:
            endless.result()
    assert refused.value.code == "too_slow"
    assert server() == before


def test_the_server_ends_with_its_service() -> None:
    code = (
        "from verifier.documents import child\n"
        "child.warm()\n"
        "print(child.SERVER.started()._process.pid, flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout
        number = int(service.stdout.readline())
        os.kill(number, 0)
        service.kill()
    for _ in range(200):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("it lives on")

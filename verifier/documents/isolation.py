"""Takes from a process what opening a document does not need: the network, files, new rights, much time and memory.

The first three are asked of Linux once, before the first document, and hold for every process forked after that. What a
system does not give, such as a container without user namespaces, is done without, and `/readyz` says so.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import credential
import verifier

__all__ = ["limit", "reached", "seal_off"]

CPU_SECONDS = 4
SECONDS = 20  # as the clock goes, for a machine that has much else to do
MEMORY = 1024**3
OPEN_FILES = 64
RANDOM = Path("/dev/urandom")

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # unshare(2)
PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 38, 39  # prctl(2)
# landlock(7); these three have the same numbers on every machine
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH = 1, 1
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
TCP = 0b11  # to bind and to connect, since version 4
OUTSIDE = 0b11  # abstract sockets and signals, since version 6
ALL_OF_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
ALL_OF_LATER = (1 << 16) - 1


def limit() -> None:
    """Bound this process: CPU time, time, memory, no files written, no core dump."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    if sys.platform == "linux":  # macOS counts its shared libraries into the address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(SECONDS)


def seal_off() -> None:
    """Give up the network, new rights, and every file that is no part of this program, as far as the system lets us."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    # In a user namespace of our own even root has no rights over what is outside. Where there is none, root can do without.
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWNET)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with suppress(OSError):
        _keep_to_our_files(libc)


def reached(port: int, file: str) -> tuple[str, ...]:
    """What this process can reach of the machine all the same: `network`, a port that listens; `files`; `new_rights`."""
    found = []
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with suppress(OSError), socket.socket(socket.AF_INET, kind) as connection:
            connection.connect(("127.0.0.1", port))
            found.append("network")
    with suppress(OSError):
        os.close(os.open(file, os.O_RDONLY))
        found.append("files")
    if sys.platform != "linux" or ctypes.CDLL(None).prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1:
        found.append("new_rights")
    return tuple(found)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("path", ctypes.c_int32))


def _keep_to_our_files(libc: ctypes.CDLL) -> None:
    """Landlock: of Python and of the program nothing but reading, of all else nothing. Raises `OSError` without it."""
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
    if version < 1:
        raise OSError(ctypes.get_errno(), "no Landlock")
    rules = _Ruleset(
        files=ALL_OF_VERSION.get(version, ALL_OF_LATER),
        network=TCP if version >= 4 else 0,
        scoped=OUTSIDE if version >= 6 else 0,
    )
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0)
    for path in _ours():
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        beneath = _Beneath(allowed=EXECUTE | READ_FILE | READ_DIR if path.is_dir() else READ_FILE, path=opened)
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(beneath), 0)
        os.close(opened)
    libc.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _ours() -> set[Path]:
    """Python, its packages and our own, from which something may still be loaded; random numbers, for encrypted PDFs."""
    packages = (Path(str(package.__file__)).parent for package in (credential, verifier))
    found = {Path(sys.prefix), Path(sys.base_prefix), Path("/lib"), Path("/lib64"), *packages, RANDOM}
    return {path for path in found if path.exists() and path != Path("/")}

"""A process that can do nothing any more but compute and talk over what it has open: by namespaces, Landlock, seccomp
and limits, each where the kernel has it. Linux only.

`lock_down` is called once, in a child of its own, before anything foreign is loaded: what is loaded then runs its
constructors inside. It reports which of the layers held, and the caller decides whether that is enough.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from collections.abc import Callable
from typing import Final

__all__ = ["LAYERS", "Sandbox", "die_with", "lock_down"]

LAYERS: Final = ("limits", "namespaces", "landlock", "seccomp")
"""What there is to hold, in the order in which it is tried."""

# <linux/sched.h>: user, mount, network, UTS and IPC namespaces.
_NAMESPACES: Final = 0x10000000 | 0x00020000 | 0x40000000 | 0x04000000 | 0x08000000

# <linux/landlock.h>, by the version of its ABI that brought them.
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_LANDLOCK_VERSION: Final = 1
_FILES_BY_ABI: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_NETWORK: Final = 3
_NETWORK_SINCE: Final = 4
_SCOPES: Final = 3
_SCOPES_SINCE: Final = 6

# <linux/prctl.h>, <linux/seccomp.h>, <linux/filter.h>, <linux/audit.h>.
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 4, 38, 22
_SECCOMP_MODE_FILTER: Final = 2
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER, _ARCHITECTURE = 0, 4
_PROCESS: Final = 16
"""The first argument's lower half: a pid_t has no upper one. (Both machines are little-endian.)"""
_FLAGS, _NEW_LIMIT = 32, 32
"""The third argument's lower half; the upper one is 4 bytes on."""
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

_CALLS: Final[dict[str, tuple[int, int | None]]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "stat": (4, None),
    "fstat": (5, 80),
    "poll": (7, None),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "select": (23, None),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "getpid": (39, 172),
    "exit": (60, 93),
    "uname": (63, 160),
    "gettimeofday": (96, 169),
    "getrlimit": (97, 163),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "getppid": (110, 173),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "time": (201, None),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "exit_group": (231, 94),
    "newfstatat": (262, 79),
    "pselect6": (270, 72),
    "ppoll": (271, 73),
    "getrandom": (318, 278),
    "rseq": (334, 293),
}
"""The system calls that remain, by their numbers on x86-64 and AArch64. Old OpenSSL's RAND_poll selects and polls."""
_OPENS: Final = {"x86_64": 257, "aarch64": 56}
"""openat, which remains for reading alone: a library is opened by its descriptor, and Landlock refuses the rest."""
_LIMITS: Final = {"x86_64": 302, "aarch64": 261}
"""prlimit64, which remains for reading this process's own limits: set for another process, it can end that one."""


class Sandbox(dict[str, str]):
    """Layer → `held`, or why it did not."""

    @property
    def files_and_network(self) -> bool:
        """Whether what runs inside can reach neither a file nor another machine."""
        return self.get("landlock") == "held" and self.get("seccomp") == "held"


def die_with(parent: int) -> None:
    """From now on this process ends when its parent does, however that ends. Raises ProcessLookupError where it already
    has.
    """
    _must(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))


def lock_down(*, memory: int, seconds: int) -> Sandbox:
    """Give up all that can be given up, in this process and for good. `memory`: bytes of address space; `seconds`: of
    CPU.

    Raises nothing: a layer that the kernel refuses is one that did not hold.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    held = Sandbox()
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("limits", lambda: _limit(memory, seconds)),
        ("namespaces", lambda: _must(libc.unshare(_NAMESPACES))),
        ("landlock", lambda: _landlock(libc)),
        ("seccomp", lambda: _seccomp(libc)),
    )
    for name, step in steps:
        try:
            step()
        except (OSError, ValueError, KeyError) as error:
            number = getattr(error, "errno", None)
            held[name] = errno.errorcode.get(number, "refused").lower() if number else "unsupported"
        else:
            held[name] = "held"
    return held


def _must(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _limit(memory: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _landlock(libc: ctypes.CDLL) -> None:
    """No file can be opened any more, no port bound or connected to, no abstract socket or signal reach others."""
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION)
    _must(version)
    files = max(rights for since, rights in _FILES_BY_ABI.items() if since <= version)
    ruleset = struct.pack(
        "=QQQ",
        files,
        _NETWORK if version >= _NETWORK_SINCE else 0,
        _SCOPES if version >= _SCOPES_SINCE else 0,
    )[: 8 if version < _NETWORK_SINCE else 16 if version < _SCOPES_SINCE else 24]
    descriptor = libc.syscall(_LANDLOCK_CREATE, ruleset, len(ruleset), 0)
    _must(descriptor)
    try:
        _must(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _must(libc.syscall(_LANDLOCK_RESTRICT, descriptor, 0))
    finally:
        os.close(descriptor)


def _seccomp(libc: ctypes.CDLL) -> None:
    """Only the system calls of `_CALLS` remain, openat for reading, and prlimit64 for reading its own; all others fail
    with EPERM.
    """
    program = b"".join(_instructions(platform.machine()))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    _must(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _must(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))
    _must(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0))


def _instructions(machine: str) -> list[bytes]:
    """The filter (BPF, <linux/filter.h>): architecture, then the number. Raises KeyError for another machine."""
    column = list(_ARCHITECTURES).index(machine) if machine in _ARCHITECTURES else None
    if column is None:
        raise KeyError(machine)
    numbers = sorted(number for both in _CALLS.values() if (number := both[column]) is not None)
    program = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _instruction(_RETURN, _REFUSE),
        _instruction(_LOAD, _NUMBER),
    ]
    for number in numbers:
        program += [_instruction(_JUMP_EQUAL, number, 0, 1), _instruction(_RETURN, _ALLOW)]
    program += [
        _instruction(_JUMP_EQUAL, _OPENS[machine], 0, 4),
        _instruction(_LOAD, _FLAGS),
        _instruction(_JUMP_SET, _WRITES, 1, 0),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _REFUSE),
        _instruction(_JUMP_EQUAL, _LIMITS[machine], 0, 7),
        _instruction(_LOAD, _PROCESS),
        _instruction(_JUMP_EQUAL, 0, 0, 5),
        _instruction(_LOAD, _NEW_LIMIT),
        _instruction(_JUMP_EQUAL, 0, 0, 3),
        _instruction(_LOAD, _NEW_LIMIT + 4),
        _instruction(_JUMP_EQUAL, 0, 0, 1),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _REFUSE),
    ]
    return program


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)

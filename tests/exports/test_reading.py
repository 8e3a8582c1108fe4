"""A file is read by a process that can do nothing else, and is believed in nothing."""

from __future__ import annotations

import errno
import os
import resource
import signal
import struct
import uuid
from collections.abc import Iterable

import orjson
import pytest

from exports.document import MOST_BYTES
from exports.errors import FileRefused
from exports.reading import __main__ as process
from exports.reading import carried, confinement
from exports.reading.apart import Apart
from exports.reading.ask import Ask
from exports.reading.calls import MACHINES
from exports.reading.here import MOST_REFUSED, here

FORMAT = """
import ctypes, os, socket, sys
from exports import Absence, Amount, Civil, Document, Export, Format, Nature, Refused

def tried(*words):
    raise ValueError(*words)

def read(document, zone):
    {attack}
    return Export("made", None, ())

FORMATS = (Format("made", "invented", lambda document: True, read),)
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Write a library whose format does something; give its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(code: str) -> str:
        name = f"attack_{uuid.uuid4().hex}"
        code = code.replace("\n", "\n    ")
        (tmp_path / f"{name}.py").write_text(FORMAT.format(attack=code))
        return name

    return write


@pytest.fixture
def attacked(library):
    """Have a library do something in the process apart; give what came of it."""

    def attack(code: str, data: bytes = b"a;b\n1;2\n", **limits):
        peaks: list[int] = []
        module = library(code)
        reader = Apart(told=peaks.append, **limits)
        try:
            return reader(data, Ask((module,))), peaks
        except FileRefused as error:
            return error, peaks

    return attack


@pytest.mark.real
@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/hostname')",
        "os.open('/tmp', os.O_RDONLY)",
        "socket.socket()",
        "socket.socketpair()",
        "os.listdir('/')",
        "os.kill(os.getppid(), 9)",
        "os.memfd_create('x')",
        "os.pipe()",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_no_file_no_network_and_no_program_is_within_reach(attacked, code):
    tells = "raise SystemExit if error.errno == 1 else error"
    came, _ = attacked(f"try: {code}\nexcept OSError as error: {tells}\ntried()")
    assert came.reason == "unreadable"
    assert "ended the process" in str(came), "EPERM: it ended itself, and did nothing"


@pytest.mark.real
def test_no_process_is_begun_and_nothing_of_ours_is_in_the_environment(attacked):
    came, _ = attacked(
        "try: os.fork()\nexcept OSError as error:\n"
        "    left = set(os.environ) - {'PYTHONPATH', 'LC_CTYPE'}\n"
        "    os._exit(7 if left or error.errno != 1 else 0)\n"
        "os._exit(8)"
    )
    assert "makes no sense" in str(came), "it ended well, and had said nothing"


@pytest.mark.real
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("kept = [bytes(1 << 20) for _ in range(200)]", "too-large"),
        ("ctypes.memset(ctypes.create_string_buffer(100 << 20), 1, 1)", "too-large"),
        ("import mmap; mmap.mmap(-1, 100 << 20)", "unreadable"),
        ("while True: pass", "too-slow"),
        ("ctypes.string_at(0)", "unreadable"),
        ("while True: os.write(1, b'x' * 9999)", "too-large"),
        ("while True: os.write(1, b'{}\\n')", "unreadable"),
        ("os.write(1, b'[' * 9999 + b'\\n')", "unreadable"),
        ('os.write(1, b\'{"ended": 0, "peak": 0, "slow": false}\\n\')', "unreadable"),
        ("os._exit(0)", "unreadable"),
    ],
)
def test_whatever_a_library_is_made_to_do_is_a_refusal(attacked, code, reason):
    came, peaks = attacked(code, cpu_s=1)
    assert came.reason == reason
    assert all(peak <= 64_000_000 for peak in peaks)


@pytest.mark.real
def test_one_that_waits_for_ever_is_ended(attacked):
    code = "import _thread\nlock = _thread.allocate_lock()\nwhile True: lock.acquire()"
    came, _ = attacked(code, deadline_s=3.0)
    assert came.reason == "too-slow"


SAID = (
    "at = Civil().instant('2026-01-01')\n"
    "end = Civil().instant('2026-01-02')\n"
    "return Export('made', '01234', (Amount('volume_l', at, end, 5,"
    " Nature.ESTIMATED, 'line 2', 7), Amount('x', end, at, -1,"
    " Nature.MEASURED, 'line 3')), (Refused('line 4', 'negative', 'no'),),"
    " (Absence(at, end, 'line 5'),), ({'kind': 'tariff', 'at': 3, 'x': None},))"
)


@pytest.mark.real
def test_a_file_is_read_apart_as_it_is_read_here(attacked):
    found, (peak,) = attacked(SAID)
    assert found == here(b"a;b\n", Ask((found.module,)))
    assert 5_000_000 < peak < 40_000_000


def hear(lines: Iterable[bytes]) -> carried.Hearing:
    hearing = carried.Hearing()
    for line in lines:
        hearing.take(line)
    return hearing


def test_what_is_said_line_by_line_is_what_was_found(library):
    ask = Ask((library(SAID),))
    hearing = hear(process.said(b"a;b\n", ask))
    assert hearing.found(ask.modules) == here(b"a;b\n", ask)


@pytest.mark.parametrize(
    ("code", "reason", "told"),
    [
        ("raise MemoryError", "too-large", "memory"),
        ("raise KeyError(document.data)", "unreadable", "(KeyError, attack_"),
        ("document.json", "truncated", "JSON"),
    ],
)
def test_whatever_is_raised_is_said_and_nothing_of_the_files(
    library, code, reason, told
):
    ask = Ask((library(code),))
    hearing = hear(process.said(b"secret;b\n", ask))
    with pytest.raises(FileRefused) as refused:
        hearing.found(ask.modules)
    assert refused.value.reason == reason
    assert told in str(refused.value)
    assert "secret" not in str(refused.value)


def test_the_process_takes_its_question_and_the_file_from_one_descriptor():
    ask = Ask(("a", "b"), "Europe/Paris", "é.csv", "plan\n")
    file = os.memfd_create("file")
    os.write(file, ask.line(cpu_s=5) + b"the\nfile")
    document, begins = process.asked(file)
    assert (Ask.parse(document), document["cpu_s"]) == (ask, 5)
    assert process.rest(file, begins) == b"the\nfile"
    os.close(file)
    ours, theirs = os.pipe()
    process.write(theirs, [b"one\n", carried.confined(["files"])])
    process.write(theirs, [carried.ended(0, 7, slow=False)])
    os.close(theirs)
    with open(ours, "rb") as said:  # noqa: PTH123 - a descriptor
        lines = said.read().split(b"\n")
    assert [orjson.loads(line) for line in lines[1:] if line] == [
        {"missing": ["files"]},
        {"ended": 0, "peak": 7, "slow": False},
    ]
    assert lines[2] == b"", "the last is a line of its own, whatever came before"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": [', "truncated"),
        (b"PK\x03\x04", "truncated"),
        (b"\xd0\xcf\x11\xe0", "old-workbook"),
        (b"a;b", "unknown-format"),
    ],
)
def test_what_is_no_text_no_json_and_no_workbook_is_refused_for_that(data, reason):
    with pytest.raises(FileRefused) as refused:
        here(data, Ask(()))
    assert refused.value.reason == reason


def test_the_owners_words_on_columns_are_read_by_the_module_that_knows_them():
    plan = 'fluid = "water"\nquantity = "volume_l"\ntime = 1\nvalue = 2\nstep = "day"\n'
    ask = Ask(("edge.importing.columns",), plan=plan)
    (amount,) = here(b"2026-01-01;5\n", ask).export.amounts
    assert amount.value == 5


@pytest.mark.real
def test_what_could_not_be_given_up_is_said_in_the_log(attacked, caplog):
    code = (
        "from exports.reading import carried\n"
        "os.write(1, carried.confined(['files', 'the network']))"
    )
    attacked(code)
    assert "without giving up files, the network" in caplog.text


def test_a_file_beyond_the_bound_is_refused_before_anything_is_started():
    with pytest.raises(FileRefused) as refused:
        Apart()(bytes(MOST_BYTES + 1), Ask(()))
    assert refused.value.reason == "too-large"


def test_more_refused_rows_than_a_file_has_refuse_it_whole(library):
    rows = f"(Refused('line 1', 'no', 'no'),) * {MOST_REFUSED + 1}"
    ask = Ask((library(f"return Export('many', None, (), {rows})"),))
    with pytest.raises(FileRefused) as refused:
        here(b"a;b\n", ask)
    assert refused.value.reason == "too-many-refused"


def heard(*lines: dict) -> carried.Hearing:
    hearing = carried.Hearing()
    for line in lines:
        hearing.take(orjson.dumps(line))
    return hearing


HEAD = {"module": "m", "title": "t", "format": "made", "meter": None}
ROWS = {
    "quantities": ["volume_l"],
    "of": [0],
    "starts": [0],
    "ends": [1],
    "values": [1],
    "natures": [0],
    "places": ["line 1"],
    "indexes": [None],
}


@pytest.mark.parametrize(
    "line",
    [
        {},
        HEAD,
        {"refused": [["line 1", "No such reason!", "x"]]},
        {"refused": [["line 1", "reason"]]},
        {"absent": [[0, 1 << 60, "line 1"]]},
        {"absent": [[0, 1.5, "line 1"]]},
        {"facts": [[]]},
        {"facts": [dict.fromkeys(map(str, range(99)))]},
        ROWS | {"of": [1]},
        ROWS | {"of": [True]},
        ROWS | {"values": [1e3]},
        ROWS | {"values": [1 << 60]},
        ROWS | {"values": [1, 2]},
        ROWS | {"natures": [9]},
        ROWS | {"starts": ["0"]},
        ROWS | {"indexes": [False]},
    ],
)
def test_no_line_is_taken_that_does_not_mean_something(line):
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        heard(HEAD, line)


def test_a_line_without_end_and_rows_without_number_are_given_up(monkeypatch):
    with pytest.raises(ValueError, match="too long"):
        carried.Hearing().take(b" " * (carried.LONGEST_LINE + 1))
    monkeypatch.setattr(carried, "MOST_ROWS", 1)
    with pytest.raises(ValueError, match="too many"):
        heard(HEAD, ROWS, ROWS)


def test_a_format_that_was_not_asked_for_is_none():
    with pytest.raises(ValueError, match="nothing"):
        heard(HEAD).found(["another"])
    with pytest.raises(ValueError, match="nothing"):
        heard().found(["m"])


def test_what_moves_a_cursor_or_turns_writing_round_is_hidden():
    evil, shown = "a\x1b[2J\u202eb\r\n", "a\ufffd[2J\ufffdb\ufffd\ufffd"
    found = heard(
        HEAD | {"meter": evil, "title": evil},
        ROWS | {"places": [evil], "quantities": [evil]},
        {"refused": [[evil, "reason", evil]]},
        {"facts": [{evil: evil}]},
    ).found(["m"])
    (amount,), (refused,) = found.export.amounts, found.export.refused
    assert {found.title, found.export.meter, amount.place, amount.quantity} == {shown}
    assert {refused.place, refused.detail} == {shown}
    assert found.export.facts == ({shown: shown},)
    assert carried.printable("\ud800" + "é" * 99, 80) == "\ufffd" + "é" * 79


def run(program: bytes, audit: int, call: int) -> int:
    """Run a filter as the kernel does."""
    data = struct.pack("=II", call, audit)
    lines = list(struct.iter_unpack("=HBBI", program))
    at = held = 0
    while True:
        code, yes, no, k = lines[at]
        at += 1
        if code == confinement.LOAD:
            (held,) = struct.unpack_from("=I", data, k)
        elif code == confinement.EQUAL:
            at += yes if held == k else no
        else:
            return k


@pytest.mark.parametrize("name", MACHINES)
def test_the_filter_lets_through_what_reading_takes_and_nothing_else(name):
    machine = MACHINES[name]
    calls = set(machine.calls.values())
    assert len(calls) == len(machine.calls)
    program = confinement.program(machine.audit, sorted(calls))
    for call in range(600):
        right = confinement.ALLOW if call in calls else confinement.DENY
        assert run(program, machine.audit, call) == right
    assert run(program, machine.audit, 0x40000000) == confinement.DENY, "x32"
    assert run(program, 0x40000003, 3) == confinement.KILL, "another machine's calls"


class Kernel:
    """Notes what is asked, and answers as an old kernel, or one that forbids."""

    def __init__(self, *, filters: bool, namespaces: bool) -> None:
        self.asked: list[tuple] = []
        self.filters, self.namespaces = filters, namespaces

    def prctl(self, *words):
        self.asked.append(words)
        return 0 if self.filters or words[0] != confinement.PR_SET_SECCOMP else -1

    def unshare(self, _flags):
        return 0 if self.namespaces else -1


@pytest.mark.parametrize(
    ("filters", "namespaces", "machine", "missing"),
    [
        (True, False, "x86_64", []),
        (False, True, "x86_64", ["files"]),
        (True, True, "s390x", ["files"]),
        (False, False, "aarch64", ["files", "the network"]),
    ],
)
def test_where_the_kernel_denies_nothing_that_is_said(
    filters, namespaces, machine, missing
):
    kernel = Kernel(filters=filters, namespaces=namespaces)
    assert confinement.confine(kernel, machine) == missing
    asked = [words[0] for words in kernel.asked]
    assert asked[:2] == [confinement.PR_SET_DUMPABLE, confinement.PR_SET_NO_NEW_PRIVS]


def test_limits_that_can_not_be_set_are_said(monkeypatch):
    kept: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", kept.__setitem__)
    assert confinement.limit(1 << 20, 5) == []
    assert kept[resource.RLIMIT_AS] == (1 << 20, 1 << 20)
    assert kept[resource.RLIMIT_NOFILE] == (0, 0)

    def forbidden(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(resource, "setrlimit", forbidden)
    assert "memory" in confinement.limit(1 << 20, 5)


def test_what_is_mapped_and_was_never_touched_does_not_count():
    status = "VmSize:\t   30000 kB\nVmRSS:\t   20000 kB\nThreads:\t1\n"
    assert confinement.room(status) == confinement.MEMORY + (10_000 << 10)
    assert confinement.room() > confinement.MEMORY


def test_it_ends_with_who_started_it_and_lets_the_meters_go_first(monkeypatch):
    kernel = Kernel(filters=True, namespaces=True)
    confinement.end_with_parent(kernel)
    assert kernel.asked[0][:2] == (confinement.PR_SET_PDEATHSIG, signal.SIGKILL)
    steps: list[int] = []
    monkeypatch.setattr(os, "nice", steps.append)
    confinement.step_back()
    assert steps == [10]


def test_the_doors_to_the_kernel_are_the_c_librarys():
    real = confinement.Kernel.real()
    assert real.prctl(confinement.PR_SET_SECCOMP, 99, None, 0, 0) == -1
    assert real.unshare(0) == 0

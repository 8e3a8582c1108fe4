"""`releve simulate`, `record` and `replay`, as they are typed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from teleinfo.capture import read_capture
from teleinfo.decoder import Decoder
from teleinfo.virtual import MeterSpec

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

RUN = "from cli.main import main; main()"


def releve(*words: str) -> list[str]:
    return [sys.executable, "-c", RUN, *words]


@pytest.fixture
def meter(tmp_path) -> Iterator[str]:
    """Give the port of a simulated meter in a process of its own."""
    link = tmp_path / "linky"
    words = releve("simulate", "linky", "--link", str(link), "--speed", "4")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == str(link)
        yield str(link)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert not link.is_symlink()


def numbers(capture: Path) -> set[str]:
    decoder = Decoder()
    frames = [f for chunk in read_capture(capture) for f in decoder.feed(chunk.data)]
    assert len(frames) > 3
    return {f["ADSC"].raw for f in frames if "ADSC" in f}


def test_a_recording_holds_what_came_and_says_that_it_names_the_meter(meter, tmp_path):
    capture = tmp_path / "capture"
    done = subprocess.run(
        releve("record", meter, str(capture), "--seconds", "3"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert numbers(capture) == {MeterSpec().address}
    assert "frames" in done.stdout
    assert "--anonymise" in done.stderr


def test_an_anonymised_one_does_not_and_ctrl_c_ends_it_whole(meter, tmp_path):
    capture = tmp_path / "capture"
    words = releve("record", meter, str(capture), "--anonymise")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        while not capture.exists() or capture.stat().st_size < 4096:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.stdout
        assert "frames" in process.stdout.read()
        assert process.wait() == 0
    (number,) = numbers(capture)
    assert number != MeterSpec().address


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("record", "/dev/none", "new"), "there is no port"),
        (("record", "/dev/null", "new"), "no serial port"),
        (("record", "/dev/none", "old"), "name another file"),
        (("record", "/dev/none", "no/where"), "can't be written"),
        (("simulate", "linky", "--phases", "2"), "1 or 3 phases"),
        (("simulate", "linky", "--noise", "0.9"), "bit error rate"),
        (("simulate", "linky", "--start", "soon"), "no instant"),
        (("replay", "old", "--speed", "fast"), "no speed"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_sentence(tmp_path, words, said):
    (tmp_path / "old").write_bytes(b"")
    (tmp_path / "releve.toml").write_text(
        'data_dir = "data"\n[[meters]]\nid = "linky"\nport = "/dev/none"\n'
    )
    done = subprocess.run(
        releve(*words), capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "new").exists()

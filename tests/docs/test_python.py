"""The Python of the documentation runs as it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from teleinfo import Mode, encode

FRAME = [
    ("ADSC", "012345678901"),
    ("VTIC", "02"),
    ("DATE", "", "H261124061240"),
    ("EAST", "001234567"),
    ("IRMS1", "004"),
    ("URMS1", "231"),
    ("PREF", "06"),
    ("SINSTS", "00910"),
]


def test_a_python_block_runs(python_block: Any, tmp_path: Path) -> None:
    (tmp_path / "capture.bin").write_bytes(4 * encode.frame(Mode.STANDARD, FRAME))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", python_block.text],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout

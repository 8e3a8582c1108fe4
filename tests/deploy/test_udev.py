"""The udev rule, as udev itself applies it to a serial port that says what it is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounts of its own take root"),
]
RULES = Path(__file__).parents[2] / "deploy/udev/60-releve-tic.rules"
DEVICE = "/sys/class/tty/tty0"
# Its own mounts: rules and /dev are of this process alone.
ALONE = """
mount -t tmpfs none /run && mount -t tmpfs none /dev && mknod /dev/tty0 c 4 0
mkdir -p /etc/udev/rules.d && mount --bind "$1" /etc/udev/rules.d
exec udevadm test --action="$2" "$3"
"""


def applied(folder: Path, model: str, action: str = "add", bus: str = "usb") -> str:
    """Give udev's words on a port of this model."""
    (folder / "59-it-is.rules").write_text(
        f'KERNEL=="tty0", ENV{{ID_BUS}}="{bus}", ENV{{ID_MODEL}}="{model}"\n'
    )
    (folder / RULES.name).write_text(RULES.read_text())
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", ALONE, "-", folder, action, DEVICE],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert f"Reading rules file: /etc/udev/rules.d/{RULES.name}" in said
    assert "Invalid" not in said
    return said


@pytest.mark.parametrize(
    "model",
    [
        "TIC-RS232_teleinfo",
        "Micro_Teleinfo_V3.0",
        "TeleInfo_1_TIC",
        "USB_TIC",
        "Linky_reader",
        "TIC",
    ],
)
def test_a_dongle_that_says_that_it_reads_the_tic_is_dev_tic(
    model: str, tmp_path: Path
) -> None:
    said = applied(tmp_path, model)
    assert "DEVLINKS=/dev/tic" in said
    assert "ID_MM_DEVICE_IGNORE=1" in said
    assert f"{RULES.name}:8 GROUP" in said


@pytest.mark.parametrize(
    "model",
    ["FT230X_Basic_UART", "USB2.0-Serial", "Sonoff_Zigbee_3.0", "STATIC_GAUGE", ""],
)
def test_what_may_be_any_device_of_the_house_is_left_alone(
    model: str, tmp_path: Path
) -> None:
    assert "/dev/tic" not in applied(tmp_path, model)


def test_a_dongle_that_goes_takes_nothing_with_it(tmp_path: Path) -> None:
    assert "GROUP" not in applied(tmp_path, "USB_TIC", action="remove")

"""Line settings: speed apart from format, and who checks the parity."""

from __future__ import annotations

import pytest

from teleinfo.uart import LineSetting, check_parity, has_parity


def test_a_speed_that_no_meter_has_is_refused():
    with pytest.raises(ValueError, match="9600 or 1200"):
        LineSetting(baud=4800)


def test_each_byte_of_right_parity_is_stripped_and_each_other_is_nul():
    for byte in range(256):
        expected = byte & 0x7F if byte.bit_count() % 2 == 0 else 0
        assert check_parity(bytes((byte,))) == bytes((expected,))


@pytest.mark.parametrize(
    ("driver", "expected"), [("bcm2835-aux-uart", False), ("uart-pl011", True)]
)
def test_the_mini_uart_of_a_raspberry_pi_is_known_to_have_no_parity(
    tmp_path, driver, expected
):
    (tmp_path / "drivers" / driver).mkdir(parents=True)
    device = tmp_path / "class" / "ttyS0" / "device"
    device.mkdir(parents=True)
    (device / "driver").symlink_to(tmp_path / "drivers" / driver)
    assert has_parity("/dev/ttyS0", tmp_path / "class") is expected


def test_a_port_of_no_known_driver_is_believed(tmp_path):
    assert has_parity("/dev/pts/0", tmp_path)

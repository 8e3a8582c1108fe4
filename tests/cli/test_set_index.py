"""The dial is typed as it shows, and the answer says what was missed."""

import pytest
from typer.testing import CliRunner

from cli import set_index as command
from cli.main import app
from edge.commands import CommandRefused, SetIndex


@pytest.mark.parametrize(
    ("text", "litres"),
    [
        ("10380.42", 10_380_420),
        ("10380,42", 10_380_420),
        ("00562.362", 562_362),
        ("0", 0),
        ("1.5000", 1_500),
    ],
)
def test_a_dial_is_read_to_the_litre(text, litres):
    assert command.litres(text) == litres


@pytest.mark.parametrize("text", ["", "ten", "1.0001", "-5", "nan", "inf", "1.2.3"])
def test_what_is_no_dial_is_refused(text):
    with pytest.raises(CommandRefused):
        command.litres(text)


@pytest.mark.parametrize(
    ("missed", "placed", "told"),
    [
        (0, 0, []),
        (12, 12, ["12 L had not been counted", "12 L are placed"]),
        (12, 0, ["12 L had not been counted", "isn't known"]),
        (-10, 0, ["10 L too much", "isn't known"]),
    ],
)
def test_what_was_missed_is_told(tmp_path, monkeypatch, missed, placed, told):
    sent = []

    async def send(_data_dir, asked):
        sent.append(asked)
        return {"after": asked.index_l, "missed": missed, "placed": placed}

    monkeypatch.setattr(command, "send", send)
    config = tmp_path / "releve.toml"
    config.write_text('[[meters]]\nid = "gas"\nkind = "gazpar"\ngpio = 17\n')
    words = ["set-index", "gas", "10380.42", "--config", str(config)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert sent == [SetIndex("gas", 10_380_420)]
    assert "goes on from 10380.420 m³" in result.output
    assert [word for word in told if word not in result.output] == []

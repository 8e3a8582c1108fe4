"""`releve collectors` says what each did last, why nothing came, and what is next."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cli.collect import tables_of
from cli.main import app
from collectors import past
from collectors.past import Past
from edge.config import load_config

AT = 1_795_500_000_000
METERS = """
[[meters]]
id = "linky"
port = "/dev/null"
identifier = "01234567890123"
[[meters]]
id = "gas"
kind = "gazpar"
identifier = "21098765432104"
[meters.mqtt]
preset = "gazpar2mqtt"
"""


def told(tmp_path, collectors, *words, language="en_GB.UTF-8"):
    path = tmp_path / "releve.toml"
    path.write_text(f'data_dir = "{tmp_path / "data"}"\n{METERS}{collectors}')
    return CliRunner().invoke(
        app, [*words, "--config", str(path)], env={"LC_ALL": language}
    )


TEMPO = '[[collectors]]\nkind = "tempo"\n'


def keep(tmp_path, **what):
    past.write(past.directory_of(tmp_path / "data"), "tempo", Past(**what))


@pytest.mark.parametrize(
    ("what", "language", "lines"),
    [
        ({}, "en", ["tempo: not tried yet", "last success: never"]),
        (
            {
                "attempt_ms": AT,
                "success_ms": AT,
                "next_ms": AT + 3_600_000,
                "new": 2,
                "unchanged": 9,
                "newest_ms": AT,
            },
            "fr",
            [
                "tempo: tout va bien",
                "dernier succès : 24/11/2026 07:00 (2 nouvelles valeurs, 0 changées, 9",
                "prochain essai : 24/11/2026 08:00",
            ],
        ),
        (
            {"attempt_ms": AT, "reason": "quota", "status": 429, "next_ms": AT},
            "fr",
            ["rien n'est venu — le nombre de demandes permis est épuisé", "(HTTP 429)"],
        ),
        (
            {"attempt_ms": AT, "reason": "consent"},
            "en",
            ["nothing came — your consent with Enedis is missing or has expired"],
        ),
        (
            {"attempt_ms": AT, "success_ms": AT + 1, "reason": "quota"},
            "fr",
            ["une partie est venue — le nombre de demandes permis"],
        ),
        ({"attempt_ms": AT, "nothing": True}, "en", ["without any reading"]),
    ],
)
def test_a_household_reads_how_each_fares(tmp_path, what, language, lines):
    if what:
        keep(tmp_path, **what)
    done = told(tmp_path, TEMPO, "collectors", language=language)
    assert done.exit_code == 0
    for line in lines:
        assert line in done.stdout


def test_a_program_reads_it_as_json(tmp_path):
    keep(tmp_path, attempt_ms=AT, reason="offline", stamp="x")
    (line,) = told(tmp_path, TEMPO, "collectors", "--json").stdout.splitlines()
    document = json.loads(line)
    assert (document["collector"], document["reason"]) == ("tempo", "offline")
    assert "stamp" not in document


@pytest.mark.parametrize("command", ["collect", "collectors"])
def test_none_is_asked_unless_it_is_configured(tmp_path, command):
    done = told(tmp_path, "", command)
    assert done.exit_code == 0
    assert "No portal is configured" in done.stdout


def test_a_collector_knows_the_number_of_its_meter(tmp_path):
    more = (
        '[[collectors]]\nkind = "grdf"\nsecret_file = "/s"\n'
        '[[collectors]]\nkind = "conso-api"\nmeter = "linky"\nsecret_file = "/s"\n'
        '[[collectors]]\nkind = "veolia"\nsecret_file = "/s"\n'
        '[[collectors]]\nkind = "nobody"\n'
    )
    told(tmp_path, more, "collectors")
    tables = tables_of(load_config(tmp_path / "releve.toml"))
    assert tables["grdf"]["number"] == "21098765432104"
    assert tables["conso-api"]["number"] == "01234567890123"
    assert "number" not in tables["veolia"]
    assert "number" not in tables["nobody"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('kind = "tempo"\ncolour = 1\n', "there is no key 'colour'"),
        ('kind = "nobody"\n', "there is no collector 'nobody'"),
        ('kind = "grdf"\n', "secret_file"),
        ('kind = "tempo"\n[[collectors]]\nkind = "tempo"\n', "its own id"),
        ('kind = "tempo"\nmeter = "nope"\n', "of no meter"),
        ('kind = "tempo"\ndays = 0\n', "collectors.0.days"),
    ],
)
def test_a_wrong_table_is_named_by_check_config(tmp_path, table, said):
    done = told(tmp_path, f"[[collectors]]\n{table}", "check-config")
    assert done.exit_code
    assert said in str(done.exception) + done.output


def test_a_right_table_is_listed_by_check_config(tmp_path):
    done = told(tmp_path, TEMPO, "check-config")
    assert "collector tempo: tempo" in done.stdout


def test_one_that_is_not_there_cannot_be_asked(tmp_path):
    done = told(tmp_path, TEMPO, "collect", "--once", "grdf")
    assert "there are tempo" in str(done.exception)


def test_the_command_carries_no_client_of_portals_along():
    asked = "import sys, cli.main, cli.run, cli.compose; print('httpx' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_table_that_is_gone_leaves_its_secret_for_so_long(tmp_path):
    keep(tmp_path, attempt_ms=AT)
    secret = past.directory_of(tmp_path / "data") / "tempo.secret"
    secret.write_text("x\n")
    secret.chmod(0o600)
    os.utime(secret, (0, 0))
    told(tmp_path, "[keep]\nsecrets = 0\n", "collect")
    assert secret.exists()
    told(tmp_path, "[keep]\nsecrets = 1\n", "collect")
    assert not secret.exists()

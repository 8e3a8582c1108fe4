"""What a home has on its machine outside its own directory is found, and goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import Config, MeterConfig
from edge.handover import elsewhere as module
from edge.handover.elsewhere import given, laid, remove
from edge.handover.refusal import HandoverRefused


@pytest.fixture
def config(tmp_path):
    return Config(
        data_dir=tmp_path / "data",
        meters=(MeterConfig(id="linky", port="/dev/null"),),
        backup={"to": tmp_path / "stick", "passphrase_file": tmp_path / "phrase"},
        imports={"folder": tmp_path / "scans"},
        collectors=[{"kind": "grdf", "secret_file": tmp_path / "grdf.secret"}],
        influxdb={"token_file": tmp_path / "influx.token"},
    )


OURS = (
    *("stick/releve-20260301T000000Z.sealed", "stick/.releve-2.draft"),
    *("scans/done/curve.csv", "scans/done/curve.csv.txt", "scans/refused/x.pdf"),
    *("phrase", "grdf.secret", "influx.token", "releve.toml.before"),
    *("data-collect/grdf.json", "data-collect/secret"),
)
THEIRS = ("stick/holiday.jpg", "scans/tax.pdf", "releve.toml", "other.secret")


def lay(tmp_path, names):
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def found(config, tmp_path):
    directories = (tmp_path / "data-collect",)
    return [*laid(config, directories), *given(config, tmp_path / "releve.toml")]


def test_ours_are_found_and_nobody_elses(config, tmp_path):
    lay(tmp_path, [*OURS, *THEIRS])
    assert {str(one.relative_to(tmp_path)) for one in found(config, tmp_path)} == {
        *OURS
    }


def test_they_go_and_a_second_time_there_is_nothing(config, tmp_path):
    lay(tmp_path, [*OURS, *THEIRS])
    remove(found(config, tmp_path))
    assert found(config, tmp_path) == []
    assert all((tmp_path / one).exists() for one in THEIRS)
    remove([tmp_path / one for one in OURS])


def test_what_lies_in_the_home_goes_with_the_home(config, tmp_path):
    lay(tmp_path, ["data/backups/releve-20260301T000000Z.tar.gz"])
    within = config.model_copy(update={"backup": None})
    assert found(within, tmp_path) == []


def test_where_nothing_is_configured_nothing_is_found(tmp_path):
    bare = Config(
        data_dir=tmp_path / "data",
        meters=(MeterConfig(id="linky", port="/dev/null"),),
        imports={"folder": ""},
    )
    assert [*laid(bare), *given(bare, None)] == []


def test_a_link_in_their_place_goes_and_leads_nowhere(config, tmp_path):
    lay(tmp_path, ["mine/holiday.jpg"])
    (tmp_path / "data-collect").mkdir()
    (tmp_path / "data-collect" / "secret").symlink_to(tmp_path / "mine")
    remove(found(config, tmp_path))
    assert (tmp_path / "mine" / "holiday.jpg").exists()


def test_a_directory_that_is_a_link_is_not_looked_behind(config, tmp_path):
    lay(tmp_path, ["mine/holiday.jpg", "scans/x"])
    (tmp_path / "scans" / "done").symlink_to(tmp_path / "mine")
    assert found(config, tmp_path) == []


def test_backups_that_a_link_leads_to_are_found_there(config, tmp_path):
    name = "releve-20260301T000000Z.tar.gz"
    lay(tmp_path, [f"disk/{name}", "data/x"])
    (tmp_path / "data" / "backups").symlink_to(tmp_path / "disk")
    backup = config.backup.model_copy(update={"to": Path("backups")})
    remove(found(config.model_copy(update={"backup": backup}), tmp_path))
    assert not (tmp_path / "disk" / name).exists()


def test_what_the_disk_keeps_is_said(config, tmp_path, monkeypatch):
    lay(tmp_path, ["phrase"])

    def kept(_self, **_how):
        raise PermissionError(1, "Operation not permitted", "phrase")

    monkeypatch.setattr(module.Path, "unlink", kept)
    with pytest.raises(HandoverRefused, match="phrase can't be removed"):
        remove(found(config, Path(tmp_path)))

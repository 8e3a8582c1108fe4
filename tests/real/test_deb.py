"""The package on a clean Debian with a real systemd: installed, upgraded, removed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.edge.importing.importing_home import curve
from tests.real.influxd import need
from tests.real.machine import Machine, asking, booted

pytestmark = [pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
DATED = "1764000000"
"""When the packages say that they were built, whatever is committed meanwhile."""
OLDER, VERSION = "0.0.9", "0.1.0"
UNIT = "/lib/systemd/system/releve.service"
ROWS = "/api/v1/meters/linky/registers/apparent_power_va?step=raw&limit=60000"


@pytest.fixture(scope="module")
def architecture() -> str:
    return subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what is built, for nobody edits it meanwhile; what was fetched is shared."""
    copy = tmp_path_factory.mktemp("tree") / "releve"
    left = shutil.ignore_patterns("__pycache__")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    ours = project["tool"]["importlinter"]["root_packages"]
    for name in (*ours, "deploy", "requirements"):
        shutil.copytree(ROOT / name, copy / name, ignore=left)
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, copy)
    (ROOT / "build/deb").mkdir(parents=True, exist_ok=True)
    for name in ("build", ".venv"):
        (copy / name).symlink_to(ROOT / name)
    return copy


@pytest.fixture(scope="module")
def packages(
    architecture: str, tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Build this tree as an older and as this version, and for the other processor."""
    place = tmp_path_factory.mktemp("packages")
    other = {"amd64": "arm64", "arm64": "amd64"}[architecture]
    foreign = building(tree, other, place)
    older = built(building(tree, architecture, place, "--version", OLDER))
    newer = built(building(tree, architecture, place))
    return {"older": older, "newer": newer, "foreign": built(foreign)}


def building(
    tree: Path, architecture: str, place: Path, *options: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [tree / "deploy/deb/build", architecture, "--to", place, *options],
        env={**os.environ, "RELEVE_DEB_PACKING": "-Znone", "SOURCE_DATE_EPOCH": DATED},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def built(process: subprocess.Popen[str]) -> Path:
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return Path(said.splitlines()[-1])


def put(machine: Machine, package: Path) -> str:
    shutil.copy(package, machine.root / "root")
    return f"/root/{package.name}"


def install(machine: Machine, package: Path) -> None:
    machine.run(f"apt-get install -y -qq {put(machine, package)}")


def plug(machine: Machine) -> None:
    """Plug a virtual Linky in, where udev would have put the dongle's name."""
    machine.run(
        "systemd-run --quiet --unit=meter --property=StandardOutput=file:/run/meter"
        " /usr/bin/releve simulate linky"
    )
    port = machine.until("cat /run/meter", lambda said: said.startswith("/dev/pts/"))
    # as udev gives it: the service opens it by its group, and by nothing else
    machine.run(
        f"chown root:dialout {port} && chmod 660 {port} && ln -s {port} /dev/tic"
    )


def rows(machine: Machine, at_least: int = 1) -> dict[str, int]:
    """Wait for so many committed samples; give {instant: power}."""
    said = machine.until(
        asking(ROWS),
        lambda said: len(json.loads(said)["rows"]) >= at_least,
        seconds=90,
    )
    return {row["at"]: row["value"] for row in json.loads(said)["rows"]}


@pytest.fixture(scope="module")
def home(
    clean: Path, packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, int]]:
    """Give the disk of a home that lived with the older version, and its readings."""
    place = tmp_path_factory.mktemp("home") / "lived"
    with booted(place, clean) as machine:
        install(machine, packages["older"])
        plug(machine)
        readings = rows(machine, at_least=2)
        machine.run("systemctl stop releve")
    return place / "upper", readings


@pytest.fixture
def machine(
    home: tuple[Path, dict[str, int]], clean: Path, tmp_path: Path
) -> Iterator[Machine]:
    """Boot the home that has the older version, with its meter plugged in."""
    with booted(tmp_path / "disk", home[0], clean) as machine:
        plug(machine)
        yield machine


@pytest.fixture(scope="module")
def lived_in(
    home: tuple[Path, dict[str, int]],
    clean: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Machine]:
    """Boot it once for the tests that leave it to the next as it runs."""
    with booted(tmp_path_factory.mktemp("lived") / "disk", home[0], clean) as machine:
        plug(machine)
        yield machine


@pytest.mark.machine
def test_it_starts_by_itself_and_reads_the_meter_from_within_its_sandbox(
    lived_in: Machine, home: tuple[Path, dict[str, int]]
) -> None:
    machine, before = lived_in, home[1]
    assert before.items() <= rows(machine, at_least=len(before) + 1).items()
    assert machine.said("releve --version") == f"releve {OLDER}"
    assert machine.said("systemctl is-active releve releve-backup.timer") == (
        "active\nactive"
    )
    main = machine.said("systemctl show --value --property=MainPID releve")
    status = dict(
        line.split(":\t", 1)
        for line in machine.said(f"cat /proc/{main}/status").splitlines()
        if ":\t" in line
    )
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert int(status["CapBnd"], 16) == 0
    user = machine.said("id --user releve")
    assert status["Uid"].split() == [user] * 4
    outside = machine.run(
        f"nsenter -t {main} -m touch /etc/releve/x /usr/x", check=False
    )
    assert "Read-only file system" in outside.stderr


@pytest.mark.machine
def test_it_comes_back_whatever_ended_it(lived_in: Machine) -> None:
    machine = lived_in
    main = "systemctl show --value --property=MainPID releve"
    quick = "/run/systemd/system/releve.service.d"
    machine.run(
        f"mkdir -p {quick} && printf '[Service]\\nRestartSec=1\\n' >{quick}/q.conf"
    )
    machine.run("systemctl daemon-reload")
    before = machine.said(main)
    machine.run(f"kill -KILL {before}")
    machine.until(main, lambda said: said not in ("0", before))
    machine.run("sed -i s/^kind/knid/ /etc/releve/releve.toml")
    machine.run("systemctl restart releve", check=False)
    assert "knid" in machine.said("journalctl --unit=releve --no-pager")
    machine.run("sed -i s/^knid/kind/ /etc/releve/releve.toml")
    machine.until("systemctl is-active releve", lambda said: said == "active")


@pytest.mark.machine
def test_what_an_administrator_sets_up_is_the_services_own(lived_in: Machine) -> None:
    machine = lived_in
    machine.until(asking("/api/v1/health"), lambda said: '"mode standard"' in said)
    said = machine.run("releve setup --yes --water files --lan").stdout
    assert "/dev/tic: Relevé reads it at present, in standard mode" in said
    assert "sudo systemctl restart releve" in said
    kept = machine.said("stat -c '%U %G %a' /etc/releve/releve.toml")
    assert kept == "root releve 640"
    made = machine.said("stat -c %U /var/lib/releve/lan /var/lib/releve/lan/*")
    assert set(made.split()) == {"releve"}
    machine.run("systemctl restart releve")
    assert "Relevé answers there" in machine.until(
        "releve lan show", lambda said: "answers there" in said
    )
    assert "stays as it is" in machine.said("releve setup --yes")


@pytest.mark.machine
def test_a_backup_is_made_from_within_its_sandbox(lived_in: Machine) -> None:
    machine = lived_in
    machine.run("systemctl start releve-backup.service")
    listed = machine.said("ls -l /var/lib/releve/backups")
    assert "-rw------- 1 releve releve" in listed


@pytest.mark.machine
def test_a_file_is_read_by_a_process_that_gave_up_all_from_within_its_sandbox(
    lived_in: Machine,
) -> None:
    machine = lived_in
    rows(machine)
    (machine.root / "home/curve.csv").write_bytes(curve([460, 500]))
    said = machine.run("releve import --meter linky /home/curve.csv").stdout
    assert "2 nouvelles" in said or "2 new" in said
    log = machine.until(
        "journalctl --unit=releve --no-pager", lambda said: "was read apart" in said
    )
    assert "files are read without giving up" not in log


PORTAL = '\n[[collectors]]\nkind = "tempo"\nurl = "https://198.51.100.1"\n'
"""An address for documentation: nobody is there, and the machine has no network."""


@pytest.mark.machine
def test_portals_are_asked_from_a_sandbox_that_sees_a_socket_and_no_readings(
    lived_in: Machine,
) -> None:
    machine = lived_in
    enabled = machine.run("systemctl is-enabled releve-collect", check=False)
    assert enabled.stdout.strip() == "disabled"
    machine.run(f"printf '%s' '{PORTAL}' >>/etc/releve/releve.toml")
    machine.run("systemctl restart releve")
    machine.run("systemctl start releve-collect")
    said = machine.until("releve collectors", lambda said: "nothing came" in said)
    assert "tempo: nothing came — the site is down" in said
    assert "next attempt: " in said
    # it told the service how it fares, over the socket
    machine.until(
        asking("/api/v1/health"),
        lambda said: "collector:tempo" in said and "portal-down" in said,
    )
    main = machine.said("systemctl show --value --property=MainPID releve-collect")
    inside = f"nsenter -t {main} -m"
    assert machine.said(f"{inside} find /var/lib/releve -mindepth 1").split() == [
        "/var/lib/releve/collected",
        "/var/lib/releve/collected/door.sock",
    ]
    outside = machine.run(f"{inside} touch /var/lib/releve/collected/x", check=False)
    assert "Read-only file system" in outside.stderr
    kept = machine.said("stat -c '%U %a' /var/lib/releve-collect/tempo.json")
    assert kept == "releve 600"


def installer(machine: Machine, words: str, **environment: str) -> str:
    shutil.copy(ROOT / "deploy/install.sh", machine.root / "root")
    return machine.run(f"bash /root/install.sh {words}", **environment).stdout


@pytest.mark.machine
def test_an_upgrade_keeps_the_readings_the_settings_and_the_owners_choices(
    machine: Machine, home: tuple[Path, dict[str, int]], packages: dict[str, Path]
) -> None:
    before = rows(machine, at_least=len(home[1]))
    machine.run("echo '# mine' >>/etc/releve/releve.toml")
    machine.run("systemctl disable --quiet --now releve-backup.timer")
    token = machine.said("cat /var/lib/releve/owner.token")
    said = installer(machine, put(machine, packages["newer"]), LANG="fr_FR.UTF-8")
    assert f"Installation de Relevé {VERSION} (par-dessus {OLDER})" in said
    again = installer(machine, put(machine, packages["newer"]))
    assert f"Relevé {VERSION} is installed already" in again
    assert machine.said("releve --version") == f"releve {VERSION}"
    assert machine.said("systemctl is-active releve") == "active"
    assert machine.said("systemctl is-enabled releve-backup.timer") == "disabled"
    assert machine.said("systemctl is-active releve-backup.timer") == "inactive"
    assert before.items() <= rows(machine, at_least=len(before) + 1).items()
    assert machine.said("tail -1 /etc/releve/releve.toml") == "# mine"
    assert machine.said("cat /var/lib/releve/owner.token") == token
    assert not machine.said("dpkg --audit; dpkg --verify releve | grep -v releve.toml")
    older = machine.run(
        f"bash /root/install.sh {put(machine, packages['older'])}", check=False
    )
    assert older.returncode == 1
    assert "which is newer, is installed; nothing is changed" in older.stderr


@pytest.mark.machine
def test_removing_keeps_the_readings_and_purging_takes_them_only_when_told(
    machine: Machine,
) -> None:
    shutil.copy(ROOT / "deploy/uninstall.sh", machine.root / "root")
    said = machine.run("bash /root/uninstall.sh", LANG="fr_FR.UTF-8").stdout
    assert "Vos relevés restent dans /var/lib/releve" in said
    assert machine.said("systemctl is-active releve") == "inactive"
    assert not machine.said("ls /usr/lib/releve /usr/bin/releve 2>/dev/null")
    assert machine.said("ls /etc/releve") == "releve.toml"
    assert "journal.db" in machine.said("ls /var/lib/releve")
    machine.run("dpkg --purge releve")
    assert not machine.said("ls -d /etc/releve 2>/dev/null")
    assert "journal.db" in machine.said("ls /var/lib/releve")
    assert machine.said("stat -c %U /var/lib/releve/journal.db") == "releve"


@pytest.mark.machine
def test_the_word_purges_the_readings(machine: Machine) -> None:
    machine.run("systemctl stop meter")
    machine.run("/usr/share/releve/uninstall.sh --purge-data")  # which goes with it
    assert not machine.said("ls -d /etc/releve /var/lib/releve 2>/dev/null")
    assert not machine.said("getent passwd releve")


INFLUXDB = """
[Service]
User=influxdb
ExecStart=/usr/lib/influxdb/scripts/influxd-systemd-start.sh
"""


@pytest.mark.machine
def test_the_whole_home_runs_in_its_sandboxes(
    machine: Machine, packages: dict[str, Path]
) -> None:
    shutil.copy(need(), machine.root / "usr/bin/influxd")
    (machine.root / "lib/systemd/system/influxdb.service").write_text(INFLUXDB)
    machine.run("adduser --system --group --quiet --no-create-home influxdb")
    shutil.copy("/usr/bin/mosquitto_sub", machine.root / "usr/bin")
    words = f"{put(machine, packages['older'])} --mqtt --influxdb --card"
    assert "Debian's own Mosquitto, which served nobody" in installer(machine, words)
    machine.run("printf '\\n[influxdb]\\n' >>/etc/releve/releve.toml")
    machine.until("releve store init 2>&1", lambda said: "a token for these" in said)
    machine.run("systemctl restart releve")
    report = machine.until(
        asking("/api/v1/health"),
        lambda said: (
            json.loads(said)["ok"] and part(said, "mqtt")["counters"]["posted"]
        ),
    )
    assert part(report, "broker")["gauges"]["running"] == 1
    assert part(report, "influxdb")["counters"]["lines"] > 0
    broker = machine.said("cat /var/lib/releve/broker/mosquitto.pid").split()[0]
    assert "Seccomp:\t2" in machine.said(f"cat /proc/{broker}/status")
    looked = machine.run("releve doctor --seconds 1", LANG="fr_FR.UTF-8").stdout
    assert "✗" not in looked
    assert "refuse les inconnus" in looked
    assert "le jeton peut écrire dans releve_raw" in looked
    # it is told that we go before its own end
    machine.run(
        "systemd-run --quiet --setenv=XDG_CONFIG_HOME=/var/lib/releve/broker/shell"
        " --property=StandardOutput=file:/run/status mosquitto_sub -v -t releve/status"
    )
    machine.until("cat /run/status", lambda said: "releve/status online" in said)
    machine.run("systemctl stop releve")
    machine.until("cat /run/status", lambda said: said.endswith("status offline"))
    assert machine.said("systemctl show --value --property=Result releve") == "success"
    assert not machine.said("ls /proc | xargs -I{} cat /proc/{}/comm | grep mosquitto$")


@pytest.mark.machine
def test_a_mosquitto_that_somebody_set_up_is_left_alone(
    machine: Machine, packages: dict[str, Path]
) -> None:
    machine.run("echo 'allow_anonymous true' >>/etc/mosquitto/mosquitto.conf")
    said = installer(machine, f"{put(machine, packages['older'])} --mqtt")
    assert f"Relevé {OLDER} is installed already" in said
    assert "A Mosquitto that you set up runs already" in said
    assert machine.said("systemctl is-active mosquitto") == "active"


def part(report: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in json.loads(report)["parts"] if one["name"] == name
    )
    return found


@pytest.mark.real
def test_the_same_tree_gives_the_same_package(
    packages: dict[str, Path], architecture: str, tree: Path, tmp_path: Path
) -> None:
    again = built(building(tree, architecture, tmp_path))
    assert again.read_bytes() == packages["newer"].read_bytes()


MACHINES = {"amd64": 62, "arm64": 183}
"""e_machine of ELF: x86-64 and AArch64."""


@pytest.mark.real
@pytest.mark.parametrize("which", ["newer", "foreign"])
def test_what_is_compiled_is_for_the_packages_own_processor(
    which: str, packages: dict[str, Path], tmp_path: Path
) -> None:
    package = packages[which]
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path], check=True)
    compiled = [*tmp_path.rglob("*.so"), *tmp_path.rglob("*.so.*")]
    assert any("numpy" in str(path) for path in compiled)
    machine = MACHINES[package.stem.rpartition("_")[2]]
    for path in compiled:
        head = path.read_bytes()[:20]
        assert head[:4] == b"\x7fELF"
        assert int.from_bytes(head[18:20], "little") == machine, path


@pytest.mark.real
def test_its_files_are_roots_and_say_nothing_of_who_built_it(
    packages: dict[str, Path],
) -> None:
    listed = subprocess.run(
        ["dpkg-deb", "--contents", packages["newer"]],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for line in listed.splitlines():
        mode, owner, *_ = line.split()
        assert owner == "root/root", line
        assert mode[8] == "-" or mode[0] == "l", f"anyone could write {line}"
        assert "__pycache__" not in line
    assert "/etc/releve/releve.toml" in listed
    assert UNIT in listed

"""A backup in a stranger's hands: what it holds, and what can be opened with it."""

from __future__ import annotations

import gzip
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from twin_house import MAKER, PARIS, Held, SetClock

from api.passwords import FILE as PASSWORD_FILE
from api.session import FILE as SESSIONS_FILE
from api.sign_in import SignIn
from api.tokens import load_or_create
from edge.backup import SCHEMAS, backup, restore
from edge.backup.child import told
from edge.backup.kept import clear, let_go
from edge.broker import passwords
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials, Tokens
from edge.consent.pairing import Pairing
from edge.consent.writers import Writers, hashed
from edge.errors import BackupError
from edge.journal import Journal
from edge.portability.sealed import unsealed
from edge.sample import Sample
from edge.stores.influx.token import TOKEN as INFLUX_TOKEN

OWNER_FILE = "owner.token"
PASSWORD = "a meter in the cupboard"  # noqa: S105 - invented
AGENT = "a browser"
PHRASE = "four words nobody guesses"


@dataclass
class Secrets:
    """What opens this home, in clear."""

    owner: str
    service: str
    pair: Tokens
    writer: str
    cookie: str
    page: str
    broker: str
    influx: str

    @property
    def all(self) -> tuple[str, ...]:
        tokens = (self.owner, self.service, self.pair.access, self.pair.refresh)
        others = (self.writer, self.cookie, self.page, self.broker, self.influx)
        return (*tokens, *others, PASSWORD)


@pytest.fixture
async def home(tmp_path) -> tuple[Path, Secrets]:
    """A home of every secret that there is."""
    directory = tmp_path / "home"
    journal = Journal.open(directory, ballast_bytes=1 << 16)
    journal.add_sample(Sample("linky", 1_790_000_000_000, {"import_total_wh": 1}))
    await journal.commit()
    journal.close()
    consents = Consents.open(directory, SetClock(), PARIS)
    credentials = Credentials(consents.ledger)
    service, _ = consents.give(MAKER, [Held().choice], {})
    door = SignIn.open(directory, Pairing())
    await door.passwords.set(PASSWORD)
    begun = door.sessions.begin(AGENT, 0)
    (directory / INFLUX_TOKEN).write_text("influx" * 14)
    (directory / "broker").mkdir(mode=0o700)
    secrets = Secrets(
        owner=load_or_create(directory / OWNER_FILE),
        service=credentials.issue_long(service.id),
        pair=credentials.issue(service.id, consents.now_ms()),
        writer=Writers(consents).add("node", "linky")[1],
        cookie=begun.cookie,
        page=begun.page,
        broker=passwords.load_or_create(directory / "broker" / "owner.password"),
        influx="influx" * 14,
    )
    consents.close()
    return directory, secrets


@pytest.fixture
def archive(home, tmp_path) -> Path:
    found = tmp_path / "home.tar.gz"
    backup(home[0], found)
    return found


def test_no_secret_is_in_a_backup(home, archive):
    directory, secrets = home
    for there in (PASSWORD_FILE, SESSIONS_FILE, INFLUX_TOKEN, "consent.db"):
        assert (directory / there).exists(), there
    with tarfile.open(archive) as opened:
        names = set(opened.getnames())
    assert names <= {"manifest", *SCHEMAS}
    assert "consent.db" in names
    held = gzip.decompress(archive.read_bytes())
    for secret in secrets.all:
        assert secret.encode() not in held
    for begun in (secrets.cookie, secrets.page):  # nor what a session is known by
        assert hashed(begun).encode() not in held


def test_a_sealed_backup_holds_no_more_and_tells_nobody_of_it(home, tmp_path):
    directory, secrets = home
    file = tmp_path / "home.sealed"
    backup(directory, file, passphrase=PHRASE)
    told = file.read_bytes()
    with unsealed(file, PHRASE, tmp_path) as whole:
        held = gzip.decompress(whole.read())
    for secret in (*secrets.all, PHRASE):
        assert secret.encode() not in held
        assert secret.encode() not in told
    for name in SCHEMAS:
        assert name.encode() not in told


def test_a_stick_that_somebody_prepared_leads_nowhere(home, tmp_path):
    """Links where a backup will be, where its draft is, and where old ones are."""
    directory, _ = home
    stick = tmp_path / "stick"
    stick.mkdir()
    precious = tmp_path / "precious"
    precious.write_text("of the household")
    new, old = (
        stick / "releve-20260921T141320Z.tar.gz",
        stick / "releve-20200101T000000Z.tar.gz",
    )
    for place in (new, old, stick / f".{new.name}.draft"):
        place.symlink_to(precious)
    (stick / ".releve-20200101T000000Z.tar.gz.scratch").symlink_to(tmp_path)
    clear(stick)
    backup(directory, new)
    let_go(stick, new, 1)
    assert precious.read_text() == "of the household"
    assert directory.is_dir()
    assert not new.is_symlink()


@pytest.mark.real
async def test_an_archive_that_swells_takes_down_the_process_that_reads_it_alone(
    home, tmp_path
):
    """A header of a member's attributes, which Python's tarfile reads whole."""
    file = tmp_path / "swells.tar.gz"
    member = tarfile.TarInfo("manifest")
    member.type, member.size = tarfile.XHDTYPE, 1 << 30
    with gzip.open(file, "wb", compresslevel=1) as swelling:
        swelling.write(member.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(1 << 10):
            swelling.write(bytes(1 << 20))
    with pytest.raises(BackupError, match="its process ended"):
        await told("read", home[0], file, None)


def test_nothing_that_is_in_a_backup_opens_the_home(home, archive, tmp_path):
    """Neither here nor where it is restored, though it was right when it was made."""
    _, secrets = home
    elsewhere = tmp_path / "elsewhere"
    restore(archive, elsewhere)
    consents = Consents.open(elsewhere, SetClock(), PARIS)
    credentials = Credentials(consents.ledger).follow(consents)
    kept = credentials.ledger.database.execute("SELECT hash, service FROM credential")
    assert kept
    now_ms = consents.now_ms()
    for digest, service in kept:
        assert consents.grant(service) is None
        assert credentials.service_of(bytes(digest).hex(), now_ms) is None
        assert credentials.refresh(bytes(digest).hex(), now_ms) is None
    assert Writers(consents).writer_of(secrets.writer) is None
    assert Writers(consents).writer_of(hashed(secrets.writer)) is None
    consents.close()
    # whoever restores it is the owner by a secret of that place alone
    assert load_or_create(elsewhere / OWNER_FILE) != secrets.owner
    assert not (elsewhere / PASSWORD_FILE).exists()

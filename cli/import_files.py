"""`releve import`: files of operators, into the journal; and back out of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from os.path import isfile
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import export_words, import_pack, import_words
from cli.language import Language, Words, spoken
from cli.options import ConfigFile
from cli.passphrase import PassphraseFile
from cli.progress import shown
from edge.config import Config, load_config
from edge.errors import EdgeError
from edge.importing import words
from edge.importing.door import opened
from edge.importing.importer import refused
from edge.importing.plain_file import plain_bytes
from edge.importing.reading import Asked
from edge.importing.refusal import ImportRefused
from edge.importing.report import Report
from edge.journal.file import JOURNAL
from edge.journal.imports import imported
from edge.sample import utc
from edge.service.lent import journal_view
from exports.said import Refused

FILES = "files"
VALUED = (
    *("--config", "-c", "--meter", "--mapping", "--register"),
    "--passphrase-file",
)
SOME_REFUSED, A_FILE_REFUSED = 3, 1


class FilesFirst(TyperGroup):
    """`releve import a.csv` means `releve import files a.csv`.

    (Any: typer carries a click of its own, whose types have no public name.)
    """

    default = FILES

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put first the command that is named, or that is meant where none is."""
        named = _first_word(args)
        if named is not None and args[named] in self.commands:
            args = [args[named], *args[:named], *args[named + 1 :]]
        elif args and args[0] != "--help":
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def _first_word(args: list[str]) -> int | None:
    """Give where the first word stands that is no option, nor the value of one."""
    value = False
    for number, arg in enumerate(args):
        if not value and not arg.startswith("-"):
            return number
        value = arg in VALUED
    return None


app = typer.Typer(
    cls=FilesFirst,
    no_args_is_help=True,
    help="Import files: `releve import FILE…`; list them; take one back.",
)


@app.command(FILES)
def files(  # noqa: PLR0913 - each is one thing that the owner may say
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="As downloaded, whatever its name."),
    ],
    *,
    meter: Annotated[
        str | None, typer.Option(help="Which meter it is of, where that isn't clear.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what it would change; change nothing."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a file.")
    ] = False,
    mapping: Annotated[
        Path | None,
        typer.Option(help="A TOML that names the columns of any other table."),
    ] = None,
    register: Annotated[
        str | None, typer.Option(help="Which register a CSV of Relevé's own is of.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Import files of Enedis, GRDF, water companies, or any table you describe.

    Each file is taken whole in one transaction, or not at all; twice changes nothing.
    A home's own pack (`releve export`) asks for its passphrase.
    Exit status: 0 all was taken, 3 rows were refused, 1 a file was refused.
    """
    settings = load_config(config)
    # a pipe is opened by nobody: it would be waited for
    plain = filter(isfile, paths)
    packs = [path for path in plain if import_pack.sealed(path)]
    if dry_run and packs:
        said = export_words.NO_PREVIEW.said(spoken()).format(file=packs[0])
        typer.echo(said, err=True)
        raise typer.Exit(A_FILE_REFUSED)
    taken = [
        import_pack.take(settings, path, passphrase_file, as_json=as_json)
        for path in packs
    ]
    paths = [path for path in paths if path not in packs]
    asked = Asked(
        "",
        meter,
        register,
        None if mapping is None else _text(mapping),
        dry_run=dry_run,
    )
    reports = (
        asyncio.run(_import(settings, paths, asked, as_json=as_json)) if paths else []
    )
    if any(report.whole for report in reports) or not all(taken):
        raise typer.Exit(A_FILE_REFUSED)
    if any(report.refused for report in reports):
        raise typer.Exit(SOME_REFUSED)


async def _import(
    settings: Config, paths: list[Path], asked: Asked, *, as_json: bool
) -> list[Report]:
    language = spoken()
    reports: list[Report] = []
    async with opened(settings, dry_run=asked.dry_run) as door:
        for path in paths:
            mine = Asked(
                str(path), asked.meter, asked.register, asked.mapping, asked.dry_run
            )
            with shown() as tell:
                report = await _one(door.take, path, mine, _told(tell, language))
            reports.append(report)
            if as_json:
                document = report.public(settings.zone)
                typer.echo(json.dumps(document, ensure_ascii=False))
                continue
            for line in import_words.lines(report, language, settings.zone):
                typer.echo(line)
    return reports


async def _one(take: Any, path: Path, asked: Asked, tell: Any) -> Report:
    """Import one file; one that can't be read is refused like any other."""
    try:
        data = plain_bytes(path, follow=True)
    except ImportRefused as error:
        return refused(asked, error)
    except OSError as error:
        why = f"the file can't be read: {error.strerror}"
        return refused(asked, ImportRefused("unreadable", why))
    report: Report = await take(data, asked, tell)
    return report


def _told(
    tell: Callable[[str, float], None], language: Language
) -> Callable[[str, float], None]:
    def told(step: str, part: float) -> None:
        tell(import_words.STEPS[step].said(language), part)

    return told


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{path} can't be read: {error}") from error


@app.command()
def undo(
    number: Annotated[int, typer.Argument(help="As `releve import list` shows it.")],
    config: ConfigFile = None,
) -> None:
    """Take an import back: what stood before it, or nothing, stands again."""
    settings = load_config(config)

    async def run() -> None:
        async with opened(settings) as door:
            done = await door.undo(number)
        typer.echo(import_words.undone(done, spoken()))

    try:
        asyncio.run(run())
    except ImportRefused as error:
        one = Refused("", error.reason, str(error))
        typer.echo(f"releve: {words.said(one, spoken().value)}", err=True)
        raise typer.Exit(A_FILE_REFUSED) from error


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """Show what was imported: number, when, format, counts, whether it was undone."""
    settings = load_config(config)
    found = []
    if (settings.data_dir / JOURNAL).exists():
        with journal_view(settings.data_dir) as view:
            found = imported(view.database)
    if not found:
        typer.echo(import_words.NO_IMPORT.said(spoken()))
    for one in found:
        when = utc(one.at_ms).astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
        counts = f"+{one.new} ~{one.changed} ={one.unchanged} !{one.refused}"
        back = UNDONE.said(spoken()) if one.undone_ms is not None else ""
        meters = ", ".join(one.meters)
        line = (f"{one.number}", when, meters, one.format, counts, one.name, back)
        typer.echo("  ".join(line).rstrip())


UNDONE = Words("(annulé)", "(undone)")

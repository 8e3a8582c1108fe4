"""One small change of the code that opens one hole, and the rows that should see it.

They stand in mutations/*.diff: a name, the hole in one sentence, the rows by channel
and trick (or tests by their path), and the lines that go and come in each file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN_BY = {
    **dict.fromkeys(
        ("rest", "sse"),
        "test_rest_and_sse.py::test_a_service_can_not_tell_two_homes_apart",
    ),
    "mqtt": "test_mqtt.py::test_a_service_can_not_tell_two_homes_apart",
    "cloud": "test_cloud_twins.py::test_a_cloud_can_not_tell_two_homes_apart",
    **dict.fromkeys(
        ("oauth", "pages", "writers", "clock"),
        "test_front.py::test_nothing_opens_and_the_two_homes_answer_alike",
    ),
}
"""Which test runs the rows of a channel."""
SPECIFIED = {
    "edge/consent/": ("tests/edge/consent",),
    "edge/outputs/services/": (
        *("tests/edge/outputs/services", "tests/real/test_service_topics.py"),
    ),
    "edge/outputs/cloud/": ("tests/edge/outputs/cloud", "tests/real/test_cloud.py"),
    "edge/broker/": ("tests/edge/broker", "tests/real/test_broker_service.py"),
    "api/": ("tests/api",),
}
"""Where a package is held to something besides."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines that stand together once in a file, and what stands in their place."""

    file: str
    before: str
    after: str

    @classmethod
    def read(cls, lines: list[str]) -> Edit:
        """Read one as `diff -u` has it, its file first."""
        file, changed = lines[0].removeprefix("--- "), lines[1:]
        before, after = (
            "".join(f"{line[1:]}\n" for line in changed if line[0] in (" ", sign))
            for sign in "-+"
        )
        return cls(file, before, after)

    def made(self, text: str) -> str:
        """Give the file's text with the change in it; raise LookupError."""
        lines = f"\n{text}"
        if lines.count(f"\n{self.before}") != 1 or self.before == self.after:
            raise LookupError(f"{self.file}: this doesn't stand once:\n{self.before}")
        return lines.replace(f"\n{self.before}", f"\n{self.after}")[1:]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A hole by its name, in one sentence, and the rows that are likely to see it.

    It takes more than one edit where one thing is looked at twice.
    """

    name: str
    hole: str
    rows: tuple[str, ...]
    edits: tuple[Edit, ...]

    @classmethod
    def read(cls, text: str) -> Mutation:
        """Read one, its name first."""
        lines = [line for line in text.split("\n") if line]
        starts = [n for n, line in enumerate(lines) if line.startswith("--- ")]
        edits = [
            Edit.read(lines[start:end])
            for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
        ]
        name, hole, *rows = lines[: starts[0]]
        return cls(name, hole, tuple(rows), tuple(edits))

    def files(self, root: Path) -> dict[str, str]:
        """Give each changed file's text; raise LookupError where a text is gone."""
        texts: dict[str, str] = {}
        for edit in self.edits:
            before = texts.get(edit.file) or (root / edit.file).read_text("utf-8")
            texts[edit.file] = edit.made(before)
        return texts

    @property
    def likely(self) -> list[str]:
        """Give the tests that are likely to catch it, as pytest names them."""
        return [node(row) for row in self.rows]

    @property
    def specified(self) -> list[str]:
        """Give where else its code is held to something."""
        found = {
            path: None
            for edit in self.edits
            for start, paths in SPECIFIED.items()
            if edit.file.startswith(start)
            for path in paths
        }
        return list(found)


def node(row: str) -> str:
    """Give the test of a row; what is no row is a test's path."""
    channel, _, trick = row.partition(": ")
    return f"tests/attacks/{RUN_BY[channel]}[{row}]" if trick else row


def mutations() -> tuple[Mutation, ...]:
    """Give every mutation there is."""
    files = sorted(Path(__file__).with_name("mutations").glob("*.diff"))
    texts = ("\n" + file.read_text("utf-8") for file in files)
    return tuple(
        Mutation.read(one) for text in texts for one in text.split("\n== ")[1:]
    )

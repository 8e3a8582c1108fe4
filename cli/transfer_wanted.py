"""What is to be sent by a transfer, as it was typed: the whole home, or an extract."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cli import export_words
from cli.export import span
from cli.language import spoken
from cli.pack_options import Kind, Profile, Step
from edge.catalogue import ConsentClass
from edge.config import Config
from edge.consent.terms import Grain
from edge.portability.extract import Cut
from edge.portability.extracting import Wanted as Extract
from edge.portability.refusal import PackRefused


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the owner typed: the whole home, or what an extract is to be."""

    profile: Profile | None = None
    granularity: Step | None = None
    since: str | None = None
    until: str | None = None
    meters: Sequence[str] | None = None
    kinds: Sequence[Kind] | None = None
    recipient: str | None = None
    contact: str | None = None
    purpose: str | None = None

    @property
    def asked(self) -> str:
        """Give the hash of what was typed."""
        said = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def extract(self, config: Config) -> Extract | None:
        """Give the extract that is wanted, None for all of the home; raise PackRefused.

        Whoever says anything of an extract never has the whole home sent for it.
        """
        said = (self.granularity, self.since, self.until, self.meters, self.kinds)
        cut = any((*said, self.recipient, self.contact, self.purpose))
        if self.profile is Profile.HOME and cut:
            raise PackRefused(
                "the whole home is cut by nothing",
                hint="leave the other options out, or say --profile extract",
            )
        if self.profile is not Profile.EXTRACT and not cut:
            return None
        if self.recipient is None:
            raise PackRefused("say who gets the extract", hint='--for "My coach"')
        language = spoken()
        return Extract(
            self.recipient,
            self.contact or export_words.NOT_SAID.said(language),
            self.purpose or export_words.EXTRACT.said(language),
            Cut(
                Grain((self.granularity or Step.DAY).value),
                *span(config, self.since, self.until),
            ),
            self.meters or (),
            tuple(ConsentClass(one.value) for one in self.kinds or [Kind.ENERGY]),
            language.value,
        )

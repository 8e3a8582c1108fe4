"""The reader's language: what a household reads is French and English."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """The languages spoken."""

    FR = "fr"
    EN = "en"


class Words(NamedTuple):
    """One sentence in both."""

    fr: str
    en: str

    def said(self, language: Language) -> str:
        """Give it in one language."""
        return self.fr if language is Language.FR else self.en


def spoken() -> Language:
    """Give the language of the environment: French where it asks for it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        asked = os.environ.get(name)
        if asked:
            return Language.FR if asked.lower().startswith("fr") else Language.EN
    return Language.EN

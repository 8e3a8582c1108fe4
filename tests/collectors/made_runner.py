"""A runner whose portal and service are in the test's hands."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from collectors import NotCollected, Reason
from collectors.carried import Carried
from collectors.runner import Runner

PARIS = ZoneInfo("Europe/Paris")
ROW = ["energy_wh", 1, 2_000, 3, "measured", None]


class Service:
    def __init__(self):
        self.heard = []
        self.away = False
        self.given = asyncio.Event()
        self.counts = {"ok": True, "new": 1, "changed": 0, "unchanged": 2, "refused": 1}

    async def send(self, message):
        if self.away:
            raise NotCollected(Reason.SERVICE_AWAY)
        self.heard.append(message)
        if "rows" in message:
            self.given.set()
        return self.counts if "rows" in message else {"ok": True}


class Portal:
    def __init__(self):
        self.asked = []
        self.called = asyncio.Event()
        self.answer = Carried("gas", None, [ROW], 2)

    async def __call__(self, request, deadline_s):
        assert deadline_s > 0
        self.asked.append(request)
        self.called.set()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Made:
    def __init__(self, tmp_path):
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.service, self.portal = Service(), Portal()
        self.directory = tmp_path / "kept"
        self.secret = tmp_path / "secret"
        self.secret.write_text("a\nb\n")
        self.secret.chmod(0o600)
        self.table = {"kind": "grdf", "secret_file": str(self.secret)}

    def make(self, **table):
        self.runner = Runner(
            *("grdf", self.table | table, PARIS, self.directory, self.service),
            now=lambda: self.now,
            draw=lambda: 0.5,
            attempt=self.portal,
        )
        return self.runner

    async def fails(self, reason, **more):
        self.portal.answer = NotCollected(reason, **more)
        return await self.runner.run() - self.now

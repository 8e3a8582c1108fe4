"""Each collector against a recorded portal: its answers' real shapes, and its moods."""

from __future__ import annotations

import httpx
import pytest

from collectors import NotCollected, Reason, web
from collectors.attempt import collected
from tests.real.portal import CAPTCHA, PAGE, Said
from tests.real.portals import KINDS, WINDOW, asked_of, secret, serve
from tests.real.recorded_gateways import PASSWORD, PCE, PRM, USER

__all__ = ["secret", "serve"]
pytestmark = pytest.mark.real

ROWS = {
    "conso-api": {
        "import_energy_wh": 14,
        "max_power_va": 14,
        "import_mean_power_w": 14 * 24,
    },
    "myelectricaldata": {
        "import_energy_wh": 14,
        "max_power_va": 14,
        "import_mean_power_w": 14 * 24,
    },
    "grdf": {"volume_l": 3, "energy_wh": 3, "conversion_wh_m3": 3},
    "eau-grand-lyon": {"volume_l": 2, "leak_l": 1, "flow_min_l_h": 1},
    "veolia": {"volume_l": 2},
    "suez": {"volume_l": 3},
    "tempo": {"tempo_day": 10},
    "tempo-rte": {"tempo_day": 2},
    "ecowatt": {"ecowatt_level": 24},
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_portal_says_is_read(kind, serve, secret):
    portal, table = asked_of(kind, serve, secret)
    carried = collected(table, WINDOW)
    counts = {}
    for quantity, start, end, *_ in carried.rows:
        assert start < end
        counts[quantity] = counts.get(quantity, 0) + 1
    assert counts == ROWS[kind]
    assert carried.refused == 0
    for asked in portal.asked:  # a secret is in no address
        assert PASSWORD not in str((asked.path, asked.query))
        assert USER not in str((asked.path, asked.query))


MOODS = {
    "a page for JSON": (Said(PAGE, kind="text/html"), {Reason.MAINTENANCE}),
    "a captcha": (Said(CAPTCHA, kind="text/html"), {Reason.CAPTCHA}),
    "a captcha that forbids": (Said(CAPTCHA, 403, kind="text/html"), {Reason.CAPTCHA}),
    "a firewall": (
        Said("<html>Forbidden</html>", 403, kind="text/html"),
        {Reason.BLOCKED},
    ),
    "401": (Said('{"error": "nope"}', 401), {Reason.TOKEN, Reason.PASSWORD}),
    "429": (
        Said("<html>slow</html>", 429, {"Retry-After": "7200"}, "text/html"),
        {Reason.QUOTA},
    ),
    "503": (Said("", 503, {"Retry-After": "60"}), {Reason.MAINTENANCE}),
    "500": (Said("{}", 500), {Reason.PORTAL_DOWN}),
    "410": (Said("{}", 410), {Reason.CHANGED}),
    "a truncated body": (Said('{"a": [1, 2', cut=True), {Reason.TRUNCATED}),
    "a hang": (Said(hang=True), {Reason.TIME_OUT}),
    "other JSON": (
        Said('{"surprise": 1}'),
        {Reason.CHANGED, Reason.MAINTENANCE, Reason.WHICH_METER, Reason.TOKEN},
    ),
    "JSON of another kind": (
        Said("[7]"),
        {Reason.CHANGED, Reason.MAINTENANCE, Reason.WHICH_METER},
    ),
}


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_portals_mood_is_told_by_our_own_word(kind, mood, serve, secret, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT", httpx.Timeout(0.3))
    portal, table = asked_of(kind, serve, secret)
    portal.mood, reasons = MOODS[mood]
    with pytest.raises(NotCollected) as refused:
        collected(table, WINDOW)
    assert refused.value.reason in reasons, refused.value
    if mood == "429":
        assert refused.value.wait_s == 7200
    for word in (USER, PASSWORD, PRM, PCE):
        assert word not in str(refused.value)

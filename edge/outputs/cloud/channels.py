"""What stands on a cloud's broker, as the topics' description has it."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from edge.outputs.channel import Channel
from edge.outputs.cloud.messages import CloudMessages

PREFIX = "PREFIX"
ELSEWHERE = ("cloud",)


def channels() -> Sequence[Channel]:
    """Give every topic below a cloud's prefix."""
    messages = CloudMessages(PREFIX, ZoneInfo("UTC"), "{service}")
    branch = messages.branch(messages.service)
    out = f"{branch.out}/{{meter}}"
    return (
        Channel(
            *("cloudClaim", messages.claim, "claim", "Whose the prefix is."),
            retain=True,
            emptied="The prefix is left to others.",
            servers=ELSEWHERE,
        ),
        Channel(
            *("cloudCursor", messages.cursor, "cloudCursor"),
            "The last number that the broker acknowledged: for the home itself.",
            retain=True,
            servers=ELSEWHERE,
        ),
        Channel(
            *("cloudLive", f"{out}/live", "toldSample"),
            *("A sample, only where `live` was granted.", 0),
            servers=ELSEWHERE,
        ),
        Channel(
            *("cloudInterval", f"{out}/{{step}}/{{register}}", "cloudInterval"),
            "A closed interval: what is new goes before the past that the grant shows.",
            servers=ELSEWHERE,
        ),
        Channel(
            *("cloudEvent", f"{out}/event/{{toldKind}}", "cloudEvent"),
            "What happened, where events were granted.",
            servers=ELSEWHERE,
        ),
        Channel(
            *("cloudRequest", branch.request, "question"),
            "A question for history, within the grant; answered on one topic alone.",
            heard=True,
            servers=ELSEWHERE,
        ),
        Channel(
            *("cloudResponse", branch.response, "answer"),
            "What is answered, with the Correlation Data of the question.",
            servers=ELSEWHERE,
        ),
    )

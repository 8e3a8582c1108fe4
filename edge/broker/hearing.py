"""Subscribes to what meters are heard on, and gives each its messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from edge.broker.publisher import Message, Publisher
from edge.errors import SubscribeRefused

GONE = "not heard: the broker is gone"


@runtime_checkable
class Hears(Protocol):
    """Who wants a topic's messages; neither method waits or raises."""

    topic: str

    def listening(self, trouble: str = "") -> None:
        """Learn that its topic is heard from now on, or why not."""
        ...

    def hear(self, message: Message) -> None:
        """Take a message."""
        ...


def matches(topic: str, name: str) -> bool:
    """Tell whether a topic that may have + and # is about this name."""
    wanted, given = topic.split("/"), name.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(given) or level not in ("+", given[place]):
            return False
    return len(wanted) == len(given)


class Hearing:
    """An output that only hears; who listens is told to it before it runs."""

    def __init__(self) -> None:
        self._who: tuple[Hears, ...] = ()

    def tell(self, found: Iterable[object]) -> None:
        """Take those of the sources that want to hear."""
        self._who = tuple(one for one in found if isinstance(one, Hears))

    async def run(self, publisher: Publisher) -> None:
        """Give messages while the connection lasts; nobody listens: be done."""
        if not self._who:
            return
        inbox = publisher.messages()
        try:
            for one in self._who:
                await _subscribe(one, publisher)
            async for message in inbox:
                for one in self._who:
                    if matches(one.topic, message.topic):
                        one.hear(message)
        finally:
            for one in self._who:
                one.listening(GONE)


async def _subscribe(one: Hears, publisher: Publisher) -> None:
    try:
        await publisher.subscribe(one.topic)
    except SubscribeRefused as error:
        one.listening(str(error))
    else:
        one.listening()

"""Who may do what on a broker of ours: a table of roles, and a client for each login.

Receiving, subscribing and sending are denied unless a role allows them. Each client has
a fixed client id, since who comes with another's id takes over that one's session; and
so two programs need two clients, however much they may read the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ADMIN, EDGE, OWNER, SHELL = "releve-admin", "releve-edge", "owner", "owner-shell"
CONTROL = "$CONTROL/dynamic-security/v1"
RESPONSE = f"{CONTROL}/response"
DEFAULTS: Mapping[str, bool] = {
    "publishClientSend": False,
    "publishClientReceive": False,
    "subscribe": False,
    "unsubscribe": True,  # to hear less harms nobody
}


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing that a role allows: its ACL type, and on which topics."""

    kind: str
    topic: str


@dataclass(frozen=True, slots=True)
class Role:
    """A name for some rights."""

    name: str
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Account:
    """A client of the broker: its user, the one client id it may use, its roles."""

    user: str
    client_id: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Accounts:
    """All that a broker of ours should know, the admin first."""

    roles: tuple[Role, ...]
    accounts: tuple[Account, ...]

    def account(self, user: str) -> Account:
        """Give one by its user."""
        return next(each for each in self.accounts if each.user == user)


def home(prefix: str, discovery_prefix: str) -> Accounts:
    """Give the accounts of a home: the admin, the edge, and the owner's two.

    The admin has rights on the control topics alone, and no other has any there. The
    owner reads the home's tree and what is told to Home Assistant, which in turn says
    there when it has started; it publishes nothing else.
    """
    birth = f"{discovery_prefix}/status"
    own = (
        f"{prefix}/status",
        f"{prefix}/cursor",
        f"{discovery_prefix}/device/+/config",
    )
    roles = (
        Role("releve-admin", _sends(CONTROL) | _hears(RESPONSE)),
        Role(
            "releve-edge",
            _sends(f"{prefix}/#", f"{discovery_prefix}/device/#")
            # its own retained words, which it reads back after a broker's loss
            | _hears(birth, *own)
            | _reads(f"{prefix}/+/live/+"),
        ),
        Role("owner-reads", _reads(f"{prefix}/#", f"{discovery_prefix}/#")),
        Role("home-assistant", _sends(birth)),
    )
    return Accounts(
        roles,
        (
            Account(ADMIN, ADMIN, frozenset({"releve-admin"})),
            Account(EDGE, EDGE, frozenset({"releve-edge"})),
            Account(
                OWNER, "releve-owner", frozenset({"owner-reads", "home-assistant"})
            ),
            Account(SHELL, "releve-owner-shell", frozenset({"owner-reads"})),
        ),
    )


def _sends(*topics: str) -> frozenset[Right]:
    return frozenset(Right("publishClientSend", topic) for topic in topics)


def _hears(*topics: str) -> frozenset[Right]:
    """Allow these very subscriptions, and what comes of them."""
    kinds = ("subscribeLiteral", "publishClientReceive")
    return frozenset(Right(kind, topic) for kind in kinds for topic in topics)


def _reads(*topics: str) -> frozenset[Right]:
    """Allow any subscription within these, and what comes of them."""
    kinds = ("subscribePattern", "publishClientReceive")
    return frozenset(Right(kind, topic) for kind in kinds for topic in topics)

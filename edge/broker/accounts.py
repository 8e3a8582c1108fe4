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
class Branch:
    """The part of the tree that is one service's alone, and nothing else of it is."""

    prefix: str
    service: str

    @property
    def root(self) -> str:
        """Give where it begins."""
        return f"{self.prefix}/services/{self.service}"

    @property
    def request(self) -> str:
        """Give where it asks; the one topic on which it may publish."""
        return f"{self.root}/request"

    @property
    def response(self) -> str:
        """Give where it is answered, and nowhere else."""
        return f"{self.root}/response"

    @property
    def out(self) -> str:
        """Give where what it was granted begins."""
        return f"{self.root}/out"


def requests(prefix: str) -> str:
    """Give the filter of what all services ask; its third level says who does."""
    return Branch(prefix, "+").request


@dataclass(frozen=True, slots=True)
class Accounts:
    """All that a broker of ours should know, the admin first."""

    roles: tuple[Role, ...]
    accounts: tuple[Account, ...]

    def __add__(self, other: Accounts) -> Accounts:
        """Give both together."""
        return Accounts(self.roles + other.roles, self.accounts + other.accounts)

    def account(self, user: str) -> Account:
        """Give one by its user."""
        return next(each for each in self.accounts if each.user == user)


def home(prefix: str, discovery_prefix: str) -> Accounts:
    """Give the accounts of a home: the admin, the edge, and the owner's two.

    The admin has rights on the control topics alone, and no other has any there. Who
    asks on a service's request topic is that service: nobody else may say it. The owner
    reads the home's tree and what is told to Home Assistant, which in turn says
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
            | _hears(birth, *own, requests(prefix))
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


def service(prefix: str, service_id: str, user: str) -> Accounts:
    """Give the role and the client of one grant of a service, which is its alone.

    It reads its own branch, by any filter within, and asks on its own request topic.
    """
    branch = Branch(prefix, service_id)
    rights = (
        _reads(f"{branch.out}/#") | _hears(branch.response) | _sends(branch.request)
    )
    role = Role(user, rights)
    return Accounts((role,), (Account(user, user, frozenset({user})),))


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

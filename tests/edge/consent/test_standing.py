"""What the ledger adds up to: a pure fold, and only entries that give, give."""

from dataclasses import replace

import pytest
from consent_house import COACH, DAY, T0, terms
from hypothesis import given
from hypothesis import strategies as st

from edge.consent.ledger import NOTHING, Entry, subject_of
from edge.consent.records import Consent, Standing, plain
from edge.consent.standing import Act, stands, step
from edge.consent.terms import Grain
from edge.errors import ConsentError

CONSENTS = [f"c{n}" for n in range(4)]
SERVICES = ["s0", "s1"]


def consent(name: str, service: str, grain=Grain.DAY) -> Consent:
    return Consent(name, service, frozenset({"linky"}), terms(grain), T0, T0 + 90 * DAY)


def entries_of(acts) -> list[Entry]:
    return [
        Entry(seq, T0 + seq * 1000, act, body, NOTHING, subject_of(act, body))
        for seq, (act, body) in enumerate(acts, 1)
    ]


@st.composite
def lives(draw):
    """Give acts as a household may do them: each fits what stands."""
    acts = [(Act.SERVICE, {"id": one, "declared": COACH.plain()}) for one in SERVICES]
    live: dict[str, str] = {}
    given = 0
    for _ in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(["give", "end", "narrow", "pause", "resume"]))
        service = draw(st.sampled_from(SERVICES))
        if kind == "give":
            name, given = f"c{given}", given + 1
            body = {"consent": plain(consent(name, service)), "basis": {}}
            acts.append((Act.GIVEN, body))
            live[name] = service
        elif kind in ("pause", "resume"):
            act = Act.PAUSED if kind == "pause" else Act.RESUMED
            acts.append((act, {"service": service}))
        elif live:
            name = draw(st.sampled_from(sorted(live)))
            service = live.pop(name)
            if kind == "end":
                act = draw(st.sampled_from([Act.WITHDRAWN, Act.EXPIRED]))
                acts.append((act, {"consent": name}))
            else:
                after, given = f"c{given}", given + 1
                narrower = plain(consent(after, service, Grain.MONTH))
                acts.append((Act.NARROWED, {"replaces": name, "consent": narrower}))
                live[after] = service
    return entries_of(acts)


def held(standing: Standing) -> set[str]:
    """Give the ids of all that is shown by anything now."""
    grants = [standing.grant(one, T0 + DAY) for one in standing.services]
    return {one.id for grant in grants if grant for one in grant.consents}


def modelled(entries) -> set[str]:
    """Say the same as a household would: by looking for the last word on each."""
    found = set()
    for entry in entries:
        if entry.act in (Act.GIVEN, Act.NARROWED) and entry.body is not None:
            name, service = (entry.body["consent"][k] for k in ("id", "service"))
            later = [one for one in entries if one.seq > entry.seq]
            ended = any(
                one.subject == name
                and one.act in (Act.WITHDRAWN, Act.EXPIRED, Act.NARROWED)
                for one in later
            )
            words = [
                one
                for one in entries
                if one.subject == service
                and (
                    one.act is Act.PAUSED
                    or (one.act is Act.RESUMED and one.body is not None)
                )
            ]
            if not ended and not (words and words[-1].act is Act.PAUSED):
                found.add(name)
    return found


@given(lives())
def test_every_beginning_of_a_ledger_gives_what_its_entries_say(entries):
    for count in range(len(entries) + 1):
        assert held(stands(entries[:count])) == modelled(entries[:count])


@given(lives())
def test_what_gives_no_right_never_adds_one(entries):
    for count, entry in enumerate(entries):
        before, after = (
            held(stands(entries[:count])),
            held(stands(entries[: count + 1])),
        )
        new = after - before
        if entry.act in (Act.GIVEN, Act.NARROWED):
            assert new <= {entry.body["consent"]["id"]}
        elif entry.act is not Act.RESUMED:
            assert not new


@given(lives(), st.data())
def test_entries_that_are_erased_give_no_more_than_they_did(entries, data):
    chosen = data.draw(st.sets(st.sampled_from(range(len(entries)))))
    erased = [
        replace(one, body=None)
        if number in chosen and one.act is not Act.SERVICE
        else one
        for number, one in enumerate(entries)
    ]
    # one that narrows a consent whose own words are gone makes no sense, and is refused
    try:
        found = held(stands(erased))
    except ConsentError:
        return
    assert found <= held(stands(entries)) | set()
    assert found == modelled(erased)


@given(lives())
def test_the_fold_is_the_same_however_often_it_is_done(entries):
    assert stands(entries) == stands(entries)


@given(lives())
def test_each_change_of_what_a_service_may_see_has_a_version_of_its_own(entries):
    seen: dict[str, dict[int, set[str]]] = {one: {} for one in SERVICES}
    for count in range(len(entries) + 1):
        standing = stands(entries[:count])
        for name, service in standing.services.items():
            grant = standing.grant(name, T0 + DAY)
            shown = {one.id for one in grant.consents} if grant else set()
            assert seen[name].setdefault(service.version, shown) == shown


def test_a_pause_that_is_paused_again_is_one_pause():
    service = (Act.SERVICE, {"id": "s0", "declared": COACH.plain()})
    paused, resumed = ((act, {"service": "s0"}) for act in (Act.PAUSED, Act.RESUMED))
    standing = stands(entries_of([service, resumed, paused, paused, resumed, resumed]))
    (pause,) = standing.services["s0"].pauses
    assert (pause.start_ms, pause.end_ms) == (T0 + 3000, T0 + 5000)


def test_what_ended_once_keeps_its_first_end():
    acts = [
        (Act.SERVICE, {"id": "s0", "declared": COACH.plain()}),
        (Act.GIVEN, {"consent": plain(consent("c0", "s0")), "basis": {}}),
        (Act.WITHDRAWN, {"consent": "c0"}),
        (Act.EXPIRED, {"consent": "c0"}),
    ]
    assert stands(entries_of(acts)).consents["c0"].ended_ms == T0 + 3000


@pytest.mark.parametrize(
    ("act", "body"),
    [
        (Act.WITHDRAWN, {"consent": "c9"}),
        (Act.PAUSED, {"service": "s9"}),
        (Act.GIVEN, {"consent": plain(consent("c0", "s9")), "basis": {}}),
        (Act.GIVEN, {"consent": {"id": "c0"}}),
        (Act.GIVEN, {"consent": plain(consent("c0", "s0")) | {"terms": {}}}),
        (Act.GIVEN, {"consent": plain(consent("c0", "s0")) | {"meters": 3}}),
        (Act.SERVICE, {"id": "s0", "declared": None}),
        (Act.SERVICE, {}),
    ],
)
def test_an_entry_that_fits_nothing_is_refused(act, body):
    entry = Entry(1, T0, act, body, NOTHING, "")
    with pytest.raises(ConsentError):
        stands([entry])


def test_a_writer_that_was_removed_stays_so_when_that_is_erased():
    told = {"id": "w1", "name": "Cave", "meter": "gazpar", "hash": "00"}
    acts = [(Act.WRITER, told), (Act.WRITER_REMOVED, {"writer": "w1"})]
    first, second = entries_of(acts)
    assert stands([first]).writers.keys() == {"w1"}
    assert stands([first, replace(second, body=None)]).writers == {}
    assert stands([replace(first, body=None)]).writers == {}


def test_a_step_changes_what_it_is_given_and_nothing_else():
    one, other = Standing(), Standing()
    step(one, Act.REFUSED, T0, {"key": "k"})
    assert one.refusals == {"k": T0}
    assert other.refusals == {}

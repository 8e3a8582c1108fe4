"""What services say of themselves, consents, and the grant they add up to."""

from dataclasses import replace

import pytest
from consent_house import COACH, DAY, HOUR, T0, granted, terms
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import ConsentClass, Fluid
from edge.consent.records import (
    LINE_MOST,
    NAME_MOST,
    Consent,
    Declared,
    Pause,
    Service,
    Standing,
    consent_of,
    plain,
)
from edge.consent.terms import Channel, Grain
from edge.errors import RequestRefused

SAID = {"name": "Coach", "controller": "ALEC", "contact": "dpo@alec.example"}
FULL = SAID | {
    "leaves_home": True,
    "recipients": "ALEC, Lyon",
    "retention": "P2Y",
    "outside_eu": True,
}


@pytest.mark.parametrize("said", [SAID, FULL])
def test_what_a_service_says_is_kept_as_it_is(said):
    declared = Declared.read(said)
    assert said.items() <= declared.plain().items()
    assert Declared.read(declared.plain()) == declared


@pytest.mark.parametrize("word", sorted(SAID))
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        7,
        ["x"],
        "a\nb",
        "a\x1b]0;x\x07",
        "\u202egnp",
        "x\u2069",
        "\u3164",
    ],
)
def test_names_are_one_printable_line(word, value):
    with pytest.raises(RequestRefused):
        Declared.read(SAID | {word: value})


@pytest.mark.parametrize(
    ("word", "most"),
    [("name", NAME_MOST), ("controller", LINE_MOST), ("contact", LINE_MOST)],
)
def test_names_are_bounded(word, most):
    assert Declared.read(SAID | {word: "x" * most})
    with pytest.raises(RequestRefused):
        Declared.read(SAID | {word: "x" * (most + 1)})


@pytest.mark.parametrize(
    "more",
    [
        {"verified": True},
        {"leaves_home": 1, "recipients": "ALEC"},
        {"leaves_home": "true", "recipients": "ALEC"},
        {"outside_eu": None},
        {"leaves_home": True},
        {"leaves_home": True, "recipients": ""},
        {"recipients": "x" * (LINE_MOST + 1)},
        {"recipients": None},
        {"retention": 0},
        {"retention": []},
        {"retention": None},
        {"retention": "for ever"},
        {"retention": "P0D"},
    ],
)
def test_what_is_unknown_missing_or_of_another_kind_is_refused(more):
    with pytest.raises(RequestRefused):
        Declared.read(SAID | more)


@pytest.mark.parametrize("word", sorted(SAID))
def test_a_service_says_its_name_its_controller_and_a_contact(word):
    with pytest.raises(RequestRefused):
        Declared.read({name: SAID[name] for name in SAID if name != word})


@pytest.mark.parametrize("given", [None, [], "Coach", 3])
def test_a_declaration_is_an_object(given):
    with pytest.raises(RequestRefused, match="object"):
        Declared.read(given)


def consent(name="c1", service="s1", **changes) -> Consent:
    base = Consent(name, service, frozenset({"linky"}), terms(), T0, T0 + 30 * DAY)
    return replace(base, **changes)


def test_a_consent_is_kept_and_read_the_same():
    assert consent_of(plain(consent())) == consent()


def test_a_consent_holds_until_the_instant_that_it_expires():
    assert consent().live(T0 + 30 * DAY - 1)
    assert not consent().live(T0 + 30 * DAY)
    assert not consent(ended_ms=T0 + 1).live(T0)


def standing(*consents: Consent, pauses=()) -> Standing:
    service = Service("s1", COACH, T0, 7, tuple(pauses))
    return Standing({"s1": service}, {one.id: one for one in consents})


def test_a_grant_is_the_union_of_the_consents_that_hold():
    found = standing(
        consent("c1"),
        consent("c2", meters=frozenset({"gazpar"})),
        consent("c3", ended_ms=T0 + HOUR),
        consent("c4", expires_ms=T0 + HOUR),
        consent("c5", service="s2"),
    ).grant("s1", T0 + DAY)
    assert [one.id for one in found.consents] == ["c1", "c2"]
    assert found.meters == {"linky", "gazpar"}
    assert (found.service, found.version) == ("s1", 7)


@pytest.mark.parametrize(
    "nothing",
    [
        standing(),
        standing(consent(expires_ms=T0)),
        standing(consent(), pauses=[Pause(T0)]),
        standing(consent(), pauses=[Pause(T0, T0 + 1), Pause(T0 + 2)]),
        Standing(),
    ],
)
def test_who_is_unknown_paused_or_holds_nothing_has_no_grant(nothing):
    assert nothing.grant("s1", T0 + DAY) is None


def test_what_is_live_is_a_services_own_from_its_first_consent_or_its_last_pause():
    assert standing(consent()).grant("s1", T0 + DAY).since_ms == T0
    pauses = [Pause(T0 + 1, T0 + 2), Pause(T0 + 3, T0 + 9)]
    assert standing(consent(), pauses=pauses).grant("s1", T0 + DAY).since_ms == T0 + 9


def test_a_copy_may_be_changed_while_the_first_is_read():
    first = standing(consent())
    second = first.copy()
    second.consents.clear()
    second.services.clear()
    assert first.grant("s1", T0) is not None


def test_a_class_of_a_meter_is_seen_by_the_channels_it_was_granted_on():
    grant = granted(terms(channels=[Channel.MQTT]))
    told = ("linky", Fluid.ELECTRICITY, ConsentClass.ENERGY)
    assert grant.of(*told, Channel.MQTT)
    assert not grant.of(*told, Channel.REST)
    assert not grant.of("other", *told[1:], Channel.MQTT)
    assert not grant.of("linky", Fluid.GAS, ConsentClass.ENERGY, Channel.MQTT)


@given(st.lists(st.sampled_from(Grain), max_size=4))
def test_the_finest_grain_counts(grains):
    lines = [terms(one, purpose=f"Usage {n}") for n, one in enumerate(grains)]
    found = granted(*lines).finest(
        "linky", Fluid.ELECTRICITY, ConsentClass.ENERGY, Channel.REST
    )
    ranks = [one.rank for one in grains]
    assert (found is None) if not ranks else (found.rank == min(ranks))

"""What a service may ask for: an unknown word, anywhere, refuses the whole."""

import pytest
from consent_house import terms
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.consent.terms import (
    DETAILS_MOST,
    PURPOSE_MOST,
    Channel,
    Grain,
    Terms,
    read,
    read_all,
    text,
)
from edge.errors import RequestRefused
from edge.interval import Step

LINE = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "history": "P1Y",
    "channels": ["rest", "mqtt"],
    "purpose": "Conseils d'économie",
    "duration": "P1Y",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
LENGTHS = st.sampled_from(["P1D", "P2W", "P30D", "P1M", "P6M", "P1Y", "P1095D", "P3Y"])
ALL = st.builds(
    terms,
    st.just(Grain.LIVE),
    st.sampled_from(ConsentClass),
    st.sampled_from(Fluid),
    history=LENGTHS,
    duration=LENGTHS,
    channels=st.sets(st.sampled_from(Channel), min_size=1),
    purpose=st.sampled_from(["Conseils", "Recherche"]),
) | st.builds(
    terms,
    st.sampled_from(Grain),
    st.sampled_from([one for one in ConsentClass if one is not ConsentClass.EVENT]),
    st.sampled_from(Fluid),
    history=LENGTHS,
    duration=LENGTHS,
    channels=st.sets(st.sampled_from(Channel), min_size=1),
)


def test_a_line_is_read_word_by_word():
    assert read(LINE) == Terms(
        Fluid.ELECTRICITY,
        ConsentClass.ENERGY,
        Grain.DAY,
        Period(12, 0),
        frozenset({Channel.REST, Channel.MQTT}),
        "Conseils d'économie",
        Period(12, 0),
    )


@given(ALL)
def test_what_is_written_reads_as_it_was(one):
    assert read(one.plain()) == one


def test_what_is_not_asked_for_is_a_year_of_past_and_future_by_rest():
    asked = {name: LINE[name] for name in LINE if name not in ("history", "duration")}
    del asked["channels"]
    found = read(asked)
    assert (found.history, found.duration) == (Period(12, 0), Period(12, 0))
    assert found.channels == {Channel.REST}


@pytest.mark.parametrize("word", ["type", "fluid", "class", "granularity", "purpose"])
def test_what_must_be_said_must_be_said(word):
    with pytest.raises(RequestRefused):
        read({name: LINE[name] for name in LINE if name != word})


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *(("type", "other"), ("type", None), ("fluid", "heat"), ("fluid", None)),
        *(("fluid", ["gas"]), ("class", "everything"), ("class", "")),
        *(("granularity", "second"), ("granularity", "1min"), ("granularity", "Day")),
        *(("granularity", "year"), ("history", "P4Y"), ("history", "P1096D")),
        *(("history", 1), ("history", None), ("history", "PT1H"), ("history", "P0D")),
        *(("channels", []), ("channels", "rest"), ("channels", ["rest", "ftp"])),
        *(("channels", [["rest"]]), ("channels", [None]), ("channels", {"rest": 1})),
        *(("purpose", ""), ("purpose", "x" * (PURPOSE_MOST + 1)), ("purpose", 3)),
        *(("purpose", "a\nb"), ("purpose", "a\u202eb"), ("purpose", " a")),
        *(("duration", "P37M"), ("duration", ""), ("duration", ["P1Y"])),
    ],
)
def test_a_word_that_is_not_understood_refuses_the_line(word, value):
    with pytest.raises(RequestRefused):
        read(LINE | {word: value})


@given(st.text(max_size=10).filter(lambda name: name not in LINE), JSON)
def test_a_word_more_refuses_the_line(name, value):
    with pytest.raises(RequestRefused):
        read(LINE | {name: value})


@given(JSON)
def test_whatever_is_asked_is_read_or_refused(details):
    with pytest.raises(RequestRefused):
        read_all(details)
    with pytest.raises(RequestRefused):
        read(details)


@given(st.sampled_from(sorted(LINE)), JSON)
def test_whatever_a_word_holds_is_read_or_refused(name, value):
    said = ""
    try:
        found = read(LINE | {name: value})
    except RequestRefused as error:
        said = str(error)
    else:
        assert read(found.plain()) == found
    assert len(said) <= 250
    assert said.isprintable()


@pytest.mark.parametrize("grain", [one for one in Grain if one is not Grain.LIVE])
def test_what_happens_is_told_live_or_not_at_all(grain):
    with pytest.raises(RequestRefused):
        read(LINE | {"class": "event", "granularity": grain.value})
    assert read(LINE | {"class": "event", "granularity": "live"})


def test_one_line_that_is_refused_refuses_them_all():
    with pytest.raises(RequestRefused):
        read_all([LINE, LINE | {"fluid": "gas", "granularity": "fortnight"}])


@pytest.mark.parametrize("channels", [["cloud"], ["rest", "cloud"]])
def test_nobody_asks_for_what_only_the_owner_sends_out(channels):
    with pytest.raises(RequestRefused, match="channels are of mqtt, rest, sse here"):
        read_all([LINE | {"channels": channels}])
    only = frozenset({Channel.CLOUD})
    (told,) = read_all([LINE | {"channels": ["cloud"]}], only)
    assert told.channels == only
    with pytest.raises(RequestRefused, match="channels are of cloud here"):
        read_all([LINE], only)


@pytest.mark.parametrize("details", [None, {}, [], "x", [LINE, None], 3])
def test_a_request_is_an_array_of_lines(details):
    with pytest.raises(RequestRefused):
        read_all(details)


def test_a_request_has_so_many_lines_at_most():
    lines = [LINE | {"purpose": f"Usage {n}"} for n in range(DETAILS_MOST)]
    assert len(read_all(lines)) == DETAILS_MOST
    with pytest.raises(RequestRefused):
        read_all([*lines, LINE])


def test_a_class_is_asked_once_for_a_purpose():
    with pytest.raises(RequestRefused, match="same purpose"):
        read_all([LINE, LINE | {"granularity": "30min"}])
    assert len(read_all([LINE, LINE | {"purpose": "Recherche"}])) == 2


@pytest.mark.parametrize(
    ("grain", "finest"),
    [
        (Grain.LIVE, Step.RAW),
        (Grain.MIN30, Step.MIN30),
        (Grain.HOUR, Step.HOUR),
        (Grain.DAY, Step.DAY),
        (Grain.MONTH, Step.MONTH),
    ],
)
def test_a_grain_shows_its_step_and_coarser_ones(grain, finest):
    assert grain.steps[0] is finest
    assert grain.steps[-1] is Step.YEAR
    assert list(grain.steps) == list(Step)[list(Step).index(finest) :]


@given(ALL, ALL, ALL)
def test_within_is_an_order(one, two, three):
    assert one.within(one)
    if one.within(two) and two.within(three):
        assert one.within(three)


@given(ALL, ALL)
def test_what_is_within_shows_no_more(one, two):
    if one.within(two):
        assert set(one.grain.steps) <= set(two.grain.steps)
        assert one.channels <= two.channels
        assert one.history <= two.history
        assert one.duration <= two.duration
        assert (one.fluid, one.consent_class) == (two.fluid, two.consent_class)


@pytest.mark.parametrize(
    "wider",
    [
        terms(Grain.HOUR),
        terms(history="P13M"),
        terms(history="P366D"),
        terms(duration="P2Y"),
        terms(purpose="Autre"),
        terms(consent_class=ConsentClass.MAX_POWER),
        terms(fluid=Fluid.GAS),
    ],
)
def test_what_is_wider_in_one_thing_is_not_within(wider):
    assert not wider.within(terms())


def test_another_channel_is_not_within():
    assert not terms().within(terms(channels=[Channel.REST]))
    assert terms(channels=[Channel.REST]).within(terms())


# texts


@pytest.mark.parametrize(
    "told", ["Coach", "Économie d’énergie", "家計", "x" * 20, "a  b", "n\u0303", "🏠"]
)
def test_a_text_of_one_line_is_taken_as_it_is(told):
    assert text(told, 20) == told


@pytest.mark.parametrize(
    "told",
    [
        *("", "x" * 21, " x", "x ", "\t", "a\tb", "a\r\nb", "a\x00b", "a\x1b[31mb"),
        *(
            "a\x7fb",
            "a\x9bb",
            "a\u202eb",
            "a\u2066b",
            "a\u200bb",
            "a\u200fb",
            "\ufeffa",
        ),
        *("a\u2028b", "a\u00a0b", "a\u00adb", "\u3164", "\u2800", "\u115f", "a\ud800"),
        *("Coach\ufe0e", "Coach\U000e0101", "Coach\u180b", "Coach\U000e0041"),
        *("\U000e0041", "a" + "\u0301" * 5, "\ue000", "a\u034fb"),
    ],
)
def test_what_would_not_be_seen_or_do_harm_is_refused(told):
    with pytest.raises(ValueError, match=r"wanted|refused"):
        text(told, 20)


@pytest.mark.parametrize("told", [None, 3, b"x", ["x"]])
def test_what_is_no_text_is_refused(told):
    with pytest.raises(TypeError):
        text(told, 20)


@given(st.text(max_size=30))
def test_a_text_that_is_taken_is_one_line_and_all_of_it_shows(told):
    try:
        taken = text(told, 20)
    except ValueError:
        return
    assert taken == told
    assert len(taken.splitlines()) == 1
    assert taken.isprintable()

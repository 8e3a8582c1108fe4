"""A receipt is read whole or is none: each name that it bears is a text."""

import json

import pytest

from edge.consent import receipts
from edge.errors import ConsentError

READ = {
    "dpv:hasRecordOfActivity": {"dct:identifier": "c1"},
    "releve:ledgerHead": "00",
    "dct:created": "2026-11-24T12:00:00.000Z",
}


def test_one_that_names_its_consent_head_and_instant_is_read():
    assert receipts.read(json.dumps(READ)) == READ


@pytest.mark.parametrize(
    "changed",
    [
        {"releve:ledgerHead": 0},
        {"dct:created": None},
        {"dpv:hasRecordOfActivity": {"dct:identifier": ["c1"]}},
        {"dpv:hasRecordOfActivity": {}},
        {"dpv:hasRecordOfActivity": "c1"},
    ],
)
def test_one_that_names_them_otherwise_is_none(changed):
    with pytest.raises(ConsentError, match="no receipt"):
        receipts.read(json.dumps({**READ, **changed}))

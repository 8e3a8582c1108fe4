"""Both prove themselves over the certificate between them, and over what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.transfer.code import Code
from edge.transfer.proof import Asked, answer, answers

CODE = Code("0123456789ABCDEFGHJKMNPQ")
ASKED = Asked("/api/v1/transfers/1?offset=0", "d" * 64, "f" * 64)


def test_who_holds_the_code_signs_and_nobody_else():
    signature = ASKED.signed(CODE.key)
    assert ASKED.right(signature, CODE.public)
    assert not ASKED.right(signature, Code.make().public)
    assert not ASKED.right(ASKED.signed(Code.make().key), CODE.public)


@pytest.mark.parametrize("other", ["target", "digest", "fingerprint"])
def test_a_signature_is_of_one_request_over_one_certificate(other):
    signature = ASKED.signed(CODE.key)
    assert not replace(ASKED, **{other: "0" * 64}).right(signature, CODE.public)


@pytest.mark.parametrize("signature", ["", "=", "A" * 88, "é" * 88, "A" * 86 + "=="])
def test_what_is_no_signature_is_wrong_and_no_error(signature):
    assert not ASKED.right(signature, CODE.public)


def test_the_answer_is_of_who_keeps_the_half_behind_that_certificate():
    given = answer(CODE.public, "n" * 64, "f" * 64)
    assert answers(given, CODE.public, "n" * 64, "f" * 64)
    assert not answers(given, CODE.public, "m" * 64, "f" * 64)
    assert not answers(given, CODE.public, "n" * 64, "0" * 64)
    assert not answers(given, Code.make().public, "n" * 64, "f" * 64)
    assert not answers("\ud800", CODE.public, "n" * 64, "f" * 64)

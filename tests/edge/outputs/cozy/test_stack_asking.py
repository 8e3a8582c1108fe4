"""What a Cozy is asked for beyond its documents' writing: to know us, and to find."""

from __future__ import annotations

import httpx
import orjson
import pytest

from edge.outputs.cozy.account import Account
from edge.outputs.cozy.errors import CozyDown, CozyRefused
from edge.outputs.cozy.stack import PAGE, Stack

ACCOUNT = Account(
    *("cozy", "https://alice.cozy.example", "client", "http://pi.local:8080/back"),
    secret="the secret",  # noqa: S106 - invented
    registration="the registration",
    access="the access token",
)
DOCTYPE = "org.releve.gas.day"


def answering(answer):
    """Give a stack whose every answer is (status, document) of a request."""

    class Body(httpx.AsyncByteStream):
        def __init__(self, document):
            self.document = document

        async def __aiter__(self):
            yield orjson.dumps(self.document)

    def handle(request):
        status, document = answer(request)
        return httpx.Response(status, stream=Body(document))

    transport = httpx.MockTransport(handle)
    return Stack(httpx.AsyncClient(transport=transport, base_url=ACCOUNT.url))


def always(status, document=None):
    return answering(lambda _: (status, document))


async def test_a_cozy_that_takes_nobody_in_says_so():
    with pytest.raises(CozyRefused, match="takes nobody in: 403"):
        await always(403).register(ACCOUNT.redirect)


@pytest.mark.parametrize("status", [204, 400, 401, 404])
async def test_to_be_forgotten_by_one_that_knows_us_no_more_is_enough(status):
    await always(status).unregister(ACCOUNT)


async def test_a_cozy_that_does_not_forget_us_is_asked_again():
    with pytest.raises(CozyDown, match="does not forget us now: 500"):
        await always(500).unregister(ACCOUNT)


@pytest.mark.parametrize("document", [[], {}, {"rows": {}}, None])
async def test_an_answer_without_rows_tells_nothing_of_documents(document):
    with pytest.raises(CozyDown, match="no rows"):
        await always(200, document).read(ACCOUNT, DOCTYPE, ["one"])


@pytest.mark.parametrize("document", [[], {}, {"docs": {}}, None])
async def test_an_answer_without_documents_is_not_that_there_are_none(document):
    with pytest.raises(CozyDown, match="no documents"):
        await always(200, document).find(ACCOUNT, DOCTYPE, {"home": "a"})


async def test_all_pages_are_read_one_after_the_other():
    marks = []

    def answer(request):
        if request.url.path.endswith("_index"):
            return 200, {"result": "exists"}
        mark = orjson.loads(request.content).get("bookmark")
        marks.append(mark)
        docs = [{"_id": str(each)} for each in range(PAGE if mark is None else 1)]
        return 200, {"docs": docs, "bookmark": "the second"}

    found = await answering(answer).find(ACCOUNT, DOCTYPE, {"home": "a"})
    assert marks == [None, "the second"]
    assert len(found) == PAGE + 1

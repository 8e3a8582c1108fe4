"""What each answer to a write or a question means; 204 is the only yes to a write."""

from __future__ import annotations

import threading
import time
from email.utils import formatdate

import pytest

from edge.errors import LinesRefused, StoreDown, StoreError
from edge.stores.influx.calls import Calls
from edge.stores.influx.http import seconds
from edge.stores.influx.server import Influx2
from edge.stores.influx.setup import Setup
from edge.stores.influx.token import keep_secret, load_secret, load_secret_of
from tests.real.proxy import Proxy

HTML = b"<html>hello</html>"


@pytest.fixture
def proxy():
    made = Proxy("http://127.0.0.1:9")
    yield made
    made.end()


@pytest.fixture
def server(proxy):
    made = Influx2(proxy.url, "home", lambda: "the-token", connect_s=1, answer_s=2)
    yield made
    made.close()


def answering(status, body=b"", **heads):
    heads = {name.replace("_", "-"): text for name, text in heads.items()}
    return lambda request: request.answer(status, body, heads)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, HTML, "said 200"),
        (201, b"", "said 201"),
        (302, HTML, "said 302"),
        (400, HTML, "said 400"),
        (400, b'{"message":"no such thing"}', "said 400"),
        (400, b'["message"]', "said 400"),
        (400, b'{"message":5}', "said 400"),
        (401, b"", "token"),
        (403, b"", "token"),
        (404, b'{"message":"bucket \\"b\\" not found"}', "no bucket b"),
        (500, HTML, "answered 500"),
        (429, b"", "answered 429"),
    ],
)
def test_a_write_that_is_not_confirmed_has_moved_nothing(
    proxy, server, status, body, said
):
    proxy.fault = answering(status, body)
    with pytest.raises(StoreDown, match=said) as told:
        server.write("b", ["m f=1i 5"])
    assert told.value.hint
    assert "the-token" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "message", "dropped"),
    [
        (400, "unable to parse 'x': missing fields", None),
        (422, "failure writing points: partial write: no dropped=7", 7),
        (413, "Request entity too large", None),
    ],
)
def test_lines_that_influxdb_refuses_are_told_apart(
    proxy, server, status, message, dropped
):
    proxy.fault = answering(status, f'{{"message":"{message}"}}'.encode())
    with pytest.raises(LinesRefused) as told:
        server.write("b", ["x"])
    assert told.value.dropped == dropped


def test_a_write_is_confirmed_by_204(proxy, server):
    proxy.fault = answering(204)
    server.write("b", ["m f=1i 5"])
    assert proxy.seen == ["/api/v2/write?org=home&bucket=b&precision=ms"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, HTML),
        (200, b"\xff\xfe rubbish"),
        (200, b"[]"),
        (200, b'{"status":"ok"}'),
        (200, b'{"results":[{"series":[{"columns":["time"]}]}]}'),
        (200, b'{"results":[{"error":"database not found: b"}]}'),
        (204, b""),
        (400, b'{"message":"failed to parse query"}'),
        (503, HTML),
    ],
)
def test_a_question_answered_otherwise_raises(proxy, server, status, body):
    proxy.fault = answering(status, body)
    with pytest.raises(StoreDown):
        server.ask("b", "SELECT 1")


def test_a_question_that_influxdb_can_t_answer_says_why(proxy, server):
    proxy.fault = answering(200, b'{"results":[{"error":"timeout"}]}')
    with pytest.raises(StoreError, match="timeout"):
        server.ask("b", "SELECT 1")


def test_retry_after_is_read_in_seconds_or_as_a_date(proxy, server):
    proxy.fault = answering(429, b"", Retry_After="7")
    with pytest.raises(StoreDown) as told:
        server.write("b", ["m f=1i 5"])
    assert told.value.retry_after_s == 7
    assert 50 < seconds(formatdate(time.time() + 60)) <= 60
    assert seconds(formatdate(0)) == 0
    assert seconds("soon") is seconds(None) is seconds("") is None


def test_nobody_there_is_told_as_such():
    server = Influx2("http://127.0.0.1:9", "home", lambda: "t", connect_s=1)
    with pytest.raises(StoreDown, match=r"doesn't answer at http://127\.0\.0\.1:9"):
        server.write("b", ["m f=1i 5"])
    server.close()


def test_a_server_that_is_silent_is_given_up(proxy, server):
    gone = threading.Event()
    proxy.fault = lambda _request: gone.wait(30)
    with pytest.raises(StoreDown, match="doesn't answer"):
        server.ask("b", "SELECT 1")
    gone.set()


def test_hanging_up_lets_go_of_whoever_waits(proxy):
    server = Influx2(proxy.url, "home", lambda: "t", answer_s=60)
    asked, gone = threading.Event(), threading.Event()

    def silent(_request):
        asked.set()
        return gone.wait(30)

    proxy.fault = silent
    told = []

    def ask():
        try:
            server.ask("b", "SELECT 1")
        except StoreDown as error:
            told.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    assert asked.wait(10)
    server.hang_up()
    asking.join(60)
    assert told == ["InfluxDB is no longer waited for"]
    gone.set()
    server.close()


def test_a_call_that_ends_after_it_was_let_go_harms_nobody():
    calls, begun, go_on = Calls(), threading.Event(), threading.Event()
    ended = []

    def call(fail):
        begun.set()
        go_on.wait(10)
        ended.append(fail)
        if fail:
            raise ValueError("late")
        return 1

    for fail in (False, True):
        begun.clear()
        go_on.clear()

        def let_go(fail=fail):
            with pytest.raises(StoreDown):
                calls.run(lambda: call(fail))

        waiting = threading.Thread(target=let_go)
        waiting.start()
        assert begun.wait(10)
        calls.hang_up()
        waiting.join(60)
        assert not waiting.is_alive()
        go_on.set()
    assert calls.run(lambda: 5) == 5
    with pytest.raises(ValueError, match="mine"):
        calls.run(lambda: int("mine"))


# secrets


def test_a_secret_is_private_from_its_first_byte(tmp_path):
    path = tmp_path / "influx.token"
    keep_secret(path, "first")
    keep_secret(path, "second")
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_secret(path) == "second"
    assert [one.name for one in tmp_path.iterdir()] == ["influx.token"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_is_refused_with_the_fix(tmp_path, mode):
    path = tmp_path / "influx.token"
    keep_secret(path, "secret-thing")
    path.chmod(mode)
    with pytest.raises(StoreError, match=r"chmod 600 .*influx\.token") as told:
        load_secret(path)
    assert "secret-thing" not in str(told.value)


def test_a_secret_that_is_not_there_or_is_none_says_so(tmp_path):
    path = tmp_path / "influx.token"
    with pytest.raises(StoreError, match="store init"):
        load_secret(path)
    keep_secret(path, "")
    with pytest.raises(StoreError, match="empty"):
        load_secret(path)
    path.write_bytes(b"\xff\xff")
    with pytest.raises(StoreError, match="can't be read"):
        load_secret(path)
    with pytest.raises(StoreError, match="can't be written"):
        keep_secret(tmp_path / "nowhere" / "token", "x")


def test_what_a_set_up_left_is_read_again_and_damage_told(tmp_path):
    path = tmp_path / "influx.admin"
    assert load_secret_of(path) == ""
    keep_secret(path, '{"token":"t"}')
    assert load_secret_of(path) == "t"
    keep_secret(path, '{"token')
    with pytest.raises(StoreError, match="damaged"):
        load_secret_of(path)


# setting up


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b"", "doesn't take this token"),
        (403, b"", "may not make buckets"),
        (500, b"oh", "answered 500"),
        (200, HTML, "no InfluxDB 2"),
        (200, b"[]", "no InfluxDB 2"),
        (404, b"", "answered 404"),
    ],
)
def test_what_can_t_be_set_up_says_why(proxy, status, body, said):
    proxy.fault = answering(status, body)
    setup = Setup(proxy.url, "home", token="operator-secret")  # noqa: S106 - none
    with pytest.raises(StoreError, match=said) as told:
        setup.fresh()
    assert "operator-secret" not in str(told.value)
    setup.close()

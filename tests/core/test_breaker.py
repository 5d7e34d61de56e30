"""A host that failed some times in a row is left alone for a while: nobody waits for it, and one call sees whether it is back."""

import threading
from http.server import BaseHTTPRequestHandler

import pytest

from core import breaker, outbound
from core.breaker import FAILURES, PAUSE_SECONDS, PROBE_SECONDS, WINDOW_SECONDS, Breaker
from tests.core.test_outbound import Server, answers, server, url  # noqa: F401


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def host(clock: Clock) -> Breaker:
    return Breaker("test", "host.example", clock)


def fails(host: Breaker, times: int = 1) -> None:
    for _ in range(times):
        host.failed("HTTP 500")


def test_it_opens_after_some_failures_in_a_row(host: Breaker) -> None:
    fails(host, FAILURES - 1)
    assert host.admits()
    fails(host)
    assert not host.admits()


def test_a_success_between_them_starts_the_count_again(host: Breaker) -> None:
    fails(host, FAILURES - 1)
    host.succeeded()
    fails(host, FAILURES - 1)
    assert host.admits()


def test_failures_that_lie_far_apart_do_not_add_up(host: Breaker, clock: Clock) -> None:
    for _ in range(3 * FAILURES):
        fails(host)
        clock.seconds += WINDOW_SECONDS + 1
    assert host.admits()


def test_one_probe_after_each_pause(host: Breaker, clock: Clock) -> None:
    fails(host, FAILURES)
    clock.seconds += PAUSE_SECONDS - 0.1
    assert not host.admits()
    clock.seconds += 0.1
    assert [host.admits() for _ in range(3)] == [True, False, False]

    fails(host)
    assert not host.admits()
    clock.seconds += PAUSE_SECONDS
    assert host.admits()
    host.succeeded()
    assert [host.admits() for _ in range(3)] == [True, True, True]


def test_a_probe_that_never_came_back_does_not_close_the_door_for_good(host: Breaker, clock: Clock) -> None:
    fails(host, FAILURES)
    clock.seconds += PAUSE_SECONDS
    assert host.admits()
    clock.seconds += PROBE_SECONDS
    assert host.admits()


def test_of_many_threads_one_probes(host: Breaker, clock: Clock) -> None:
    fails(host, FAILURES)
    clock.seconds += PAUSE_SECONDS
    together, admitted = threading.Barrier(20), []

    def ask() -> None:
        together.wait()
        admitted.append(host.admits())

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 1


def test_opening_and_closing_are_logged_once(host: Breaker, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    fails(host, FAILURES + 3)
    clock.seconds += PAUSE_SECONDS
    host.succeeded()
    host.succeeded()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "test: host.example failed 5 times in a row, the last time by HTTP 500; left alone for 5 s"),
        ("WARNING", "test: host.example answers again"),
    ]


# In the calls themselves


@pytest.fixture
def times(server: Server) -> list[str]:  # noqa: F811
    """The requests which the server saw; it answers 500."""
    seen: list[str] = []

    def handle(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.path)
        answers(500, b"")(request)

    server.handle_with = handle
    return seen


def test_a_host_that_is_left_alone_gets_no_request(server: Server, times: list[str]) -> None:  # noqa: F811
    for _ in range(FAILURES):
        assert outbound.call("GET", url(server), call="test.look").status == 500
    with pytest.raises(outbound.LeftAlone):
        outbound.call("GET", url(server), call="test.other")
    assert len(times) == FAILURES
    [state] = breaker.states()
    assert (state.provider, state.open, state.failures) == ("test", True, FAILURES)
    assert state.host == f"127.0.0.1:{server.server_port}"
    assert state.trouble == "test.look: HTTP 500"


def test_other_hosts_and_other_providers_on_the_host_are_asked(server: Server, times: list[str]) -> None:  # noqa: F811
    for _ in range(FAILURES):
        outbound.call("GET", url(server), call="test.look")
    assert outbound.call("GET", url(server), call="another.look").status == 500
    assert outbound.call("GET", url(server).replace("127.0.0.1", "localhost"), call="test.look").status == 500


def test_no_answer_counts() -> None:
    for _ in range(FAILURES):
        with pytest.raises(outbound.Unanswered):
            outbound.call("GET", "http://127.0.0.1:1/", call="test.look")
    with pytest.raises(outbound.LeftAlone):
        outbound.call("GET", "http://127.0.0.1:1/", call="test.look")


def test_an_answer_that_is_none_counts(server: Server) -> None:  # noqa: F811
    server.handle_with = answers(200, b"<html>")

    def check(answer: outbound.Answer) -> None:
        raise outbound.Unusable("no JSON")

    for _ in range(FAILURES):
        with pytest.raises(outbound.Unusable):
            outbound.call("GET", url(server), call="test.look", check=check)
    with pytest.raises(outbound.LeftAlone):
        outbound.call("GET", url(server), call="test.look", check=check)


@pytest.mark.parametrize("status", [400, 401, 404, 429])
def test_a_refusal_is_an_answer(status: int, server: Server) -> None:  # noqa: F811
    server.handle_with = answers(status, b"{}")
    for _ in range(2 * FAILURES):
        assert outbound.call("GET", url(server), call="test.look").status == status
    assert not breaker.states()[0].open


def test_it_closes_when_the_host_is_back(server: Server, times: list[str], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 0.0)
    for _ in range(FAILURES):
        outbound.call("GET", url(server), call="test.look")
    assert breaker.states()[0].open
    server.handle_with = answers(200, b"")
    assert outbound.call("GET", url(server), call="test.look").status == 200
    assert not breaker.states()[0].open

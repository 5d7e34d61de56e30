"""The broker in the database delivers each message to one worker, keeps what nobody acknowledged, and stays out of the caller's way.

Connections here are real and of the test's own: the transport does not use Django's.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from queue import Empty
from typing import Any

import pytest
from django.db import connection, transaction
from kombu import Connection, Consumer, Queue

from core import clock, transport
from core.models import BrokerMessage

pytestmark = [pytest.mark.django_db(transaction=True)]
QUEUE = "test-broker"


def connect() -> Connection:
    return Connection("database://default")


@pytest.fixture
def broker() -> Iterator[Connection]:
    with connect() as broker:
        yield broker


def send(broker: Connection, *numbers: int, **options: Any) -> None:
    producer = broker.Producer(serializer="json")
    for number in numbers:
        producer.publish({"number": number}, routing_key=QUEUE, declare=[Queue(QUEUE)], **options)


def take(broker: Connection) -> Any:
    """The next message, held and not acknowledged; None when there is none."""
    return broker.default_channel.basic_get(QUEUE)


def test_a_message_is_delivered_and_acknowledged_once(broker: Connection) -> None:
    send(broker, 7)

    message = take(broker)
    assert message.payload == {"number": 7}
    assert take(broker) is None

    message.ack()
    assert not BrokerMessage.objects.exists()


def test_publishing_does_not_join_the_transaction_of_the_caller(broker: Connection) -> None:
    with transaction.atomic():
        send(broker, 1)
        transaction.set_rollback(True)

    assert BrokerMessage.objects.count() == 1


def test_a_failed_publication_leaves_the_transaction_of_the_caller_alone(broker: Connection) -> None:
    with transaction.atomic():
        with pytest.raises(broker.channel_errors):
            broker.default_channel._put("q" * 300, {"headers": {}})
        assert BrokerMessage.objects.count() == 0  # a transaction that is broken would raise here


def test_what_is_held_by_a_dead_worker_is_delivered_again(broker: Connection) -> None:
    send(broker, 1)
    with connect() as dead:
        late = take(dead)
        assert take(broker) is None
        # Its lease is over.
        BrokerMessage.objects.update(leased_until=clock.now())

        message = take(broker)
        assert message.payload == {"number": 1}
        assert message.delivery_info["redelivered"]

        late.ack()  # by somebody who was not dead after all
        assert BrokerMessage.objects.count() == 1
        message.ack()
    assert not BrokerMessage.objects.exists()


def test_a_living_worker_renews_what_it_holds(broker: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LEASE", 1.5)
    send(broker, 1)
    with (
        connect() as worker,
        Consumer(worker, [Queue(QUEUE)], callbacks=[lambda body, message: None], prefetch_count=1),
    ):
        worker.drain_events(timeout=1)
        first = BrokerMessage.objects.get().leased_until
        while clock.now() < first:
            with pytest.raises(TimeoutError):
                worker.drain_events(timeout=0.05)
            assert take(broker) is None
        assert BrokerMessage.objects.get().leased_until > first


def test_a_worker_that_ends_in_order_gives_back_what_it_holds(broker: Connection) -> None:
    send(broker, 1)
    with connect() as ending:
        assert take(ending)

    assert take(broker).payload == {"number": 1}


def test_a_rejected_message_is_dropped_or_delivered_again_as_asked(broker: Connection) -> None:
    send(broker, 1)
    take(broker).reject(requeue=True)
    take(broker).reject(requeue=False)

    assert not BrokerMessage.objects.exists()


def test_a_message_that_kills_every_worker_is_dropped_in_the_end(
    broker: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_DELIVERIES", 3)
    send(broker, 1)
    for _ in range(3):
        take(broker).reject(requeue=True)

    assert take(broker) is None
    assert not BrokerMessage.objects.exists()


def test_expired_messages_are_neither_delivered_nor_piled_up(broker: Connection) -> None:
    """As the sweep does while no worker runs: a message every few seconds, each worth nothing once the next is there."""
    for number in range(30):
        send(broker, number, headers={"expires": "2020-01-01T00:00:00+00:00"})

    assert BrokerMessage.objects.count() == 1
    assert take(broker) is None


def test_size_and_purge_count_what_waits(broker: Connection) -> None:
    channel = broker.default_channel
    send(broker, 1, 2, 3)
    take(broker)

    assert channel._size(QUEUE) == 2
    assert channel.queue_purge(QUEUE) == 2
    assert BrokerMessage.objects.count() == 1, "what a worker holds is not purged"


def test_a_waiting_worker_hears_of_a_message_at_once(broker: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "IDLE_POLL", 30)
    heard: list[int] = []
    with (
        connect() as worker,
        Consumer(worker, [Queue(QUEUE)], callbacks=[lambda body, message: heard.append(body["number"])]),
    ):
        with pytest.raises(TimeoutError):
            worker.drain_events(timeout=0.01)
        sender = threading.Timer(0.2, send, (broker, 1))
        began = time.monotonic()
        sender.start()
        worker.drain_events(timeout=30)
        assert time.monotonic() - began < 15, "half of the slow poll"
        sender.join()

    assert heard == [1]


def test_the_connection_is_not_shared_over_a_fork(broker: Connection) -> None:
    send(broker, 1)
    child = os.fork()
    if child == 0:
        try:
            send(broker, 2)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    send(broker, 3)
    assert BrokerMessage.objects.count() == 3


def test_a_connection_that_was_cut_is_made_anew(broker: Connection) -> None:
    send(broker, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'jishi broker' AND datname = current_database()"
        )

    send(broker, 2)
    assert BrokerMessage.objects.count() == 2


@pytest.mark.race
@pytest.mark.servers
class TestManyConsumers:
    """200 messages, 8 consumers at once, each on a connection of its own."""

    def consume(self, count: int) -> Counter[int]:
        with connect() as broker:
            send(broker, *range(count))
        taken: Counter[int] = Counter()
        start = threading.Barrier(8)

        def consumer() -> None:
            with connect() as broker:
                start.wait()
                while (message := take(broker)) is not None:
                    taken[message.payload["number"]] += 1
                    message.ack()

        threads = [threading.Thread(target=consumer) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return taken

    def test_each_message_goes_to_one(self) -> None:
        assert self.consume(200) == Counter(dict.fromkeys(range(200), 1))
        assert not BrokerMessage.objects.exists()

    def test_without_the_lock_some_go_to_two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The negative control: looking first and claiming afterwards, which is what the one statement above is there for."""

        def look_then_claim(channel: transport.Channel, queue: str, timeout: float | None = None) -> dict[str, Any]:
            look = "SELECT id, payload, deliveries FROM core_brokermessage WHERE lease = '' ORDER BY id LIMIT 1"
            row = channel.session.execute(look).fetchone()
            if row is None:
                raise Empty
            time.sleep(0.001)
            claim = "UPDATE core_brokermessage SET lease = %(lease)s, deliveries = 1 WHERE id = %(id)s"
            channel.session.execute(claim, lease=channel.lease, id=row[0])
            message: dict[str, Any] = transport.loads(row[1])
            message["properties"]["delivery_tag"] = f"{row[0]}.1"
            return message

        monkeypatch.setattr(transport.Channel, "_get", look_then_claim)
        assert self.consume(200).total() > 200

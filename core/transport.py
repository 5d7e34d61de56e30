"""A kombu transport over a table of the database: the broker of the embedded mode (``CELERY_BROKER_URL=database://default``).

A message is a row of :class:`core.models.BrokerMessage`. A worker claims it with a lease and renews the lease for as long as it holds
the message; acknowledging deletes the row. Whoever is killed renews nothing, and its messages are delivered again: nothing is lost.
``LISTEN``/``NOTIFY`` wakes workers at once; a slow poll beside it finds expired leases.

The transport has connections of its own, in autocommit: publishing neither joins nor breaks the caller's transaction. They are not
shared over a fork. There is no fanout, so ``celery inspect`` gets no answer: ask :mod:`core.heartbeat`.
"""

import contextlib
import os
import secrets
import select
import socket
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from queue import Empty
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from kombu.log import get_logger
from kombu.transport import virtual
from kombu.utils.json import dumps, loads
from psycopg import sql

log = get_logger(__name__)

# Seconds a message stays with a worker that gives no sign of life. Renewed after a third of it.
LEASE = 10.0
# A message that was delivered so often has killed its worker each time; what it rings for is still due, and parked by core.duework.
MAX_DELIVERIES = 20
# Seconds between two looks at the table while nobody notifies.
IDLE_POLL = 0.5
CHANNEL = "jishi_broker"
# Seconds that a publisher waits for the database, at most.
PATIENCE = 3

PUT = """
    WITH overtaken AS (
        DELETE FROM core_brokermessage
        WHERE queue = %(queue)s AND expires_at < now() AND (leased_until IS NULL OR leased_until < now())
    ), sent AS (
        INSERT INTO core_brokermessage (queue, payload, expires_at) VALUES (%(queue)s, %(payload)s, %(expires)s)
    )
    SELECT pg_notify(%(channel)s, %(queue)s)
"""
CLAIM = """
    UPDATE core_brokermessage
    SET lease = %(lease)s, leased_until = now() + make_interval(secs => %(seconds)s), deliveries = deliveries + 1
    WHERE id = (
        SELECT id FROM core_brokermessage
        WHERE queue = %(queue)s AND (leased_until IS NULL OR leased_until < now()) AND (expires_at IS NULL OR expires_at > now())
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, payload, deliveries
"""
RENEW = """
    UPDATE core_brokermessage SET leased_until = now() + make_interval(secs => %(seconds)s)
    WHERE lease = %(lease)s AND id = ANY(%(ids)s)
"""
RELEASE = """
    WITH free AS (
        UPDATE core_brokermessage SET lease = '', leased_until = NULL WHERE lease = %(lease)s AND id = ANY(%(ids)s) RETURNING queue
    )
    SELECT pg_notify(%(channel)s, queue) FROM free
"""
DONE = "DELETE FROM core_brokermessage WHERE id = %(id)s AND lease = %(lease)s AND deliveries = %(delivery)s"
SIZE = """
    SELECT count(*) FROM core_brokermessage
    WHERE queue = %(queue)s AND (leased_until IS NULL OR leased_until < now()) AND (expires_at IS NULL OR expires_at > now())
"""
PURGE = "DELETE FROM core_brokermessage WHERE queue = %(queue)s AND (leased_until IS NULL OR leased_until < now())"


class Session:
    """One autocommit connection to the database, made when first needed, made anew after a fork or a failure."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        self._pid = 0
        # A pool's threads acknowledge while the consumer claims.
        self._lock = threading.RLock()

    def execute(self, statement: str, **values: Any) -> psycopg.Cursor[Any]:
        """Run one statement. Tries a second time when the connection had been cut: each statement bears being run twice."""
        with self._lock:
            try:
                return self.connection().execute(statement, values)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                if self._connection is not None and not self._connection.broken:
                    raise
                return self.connection().execute(statement, values)

    def connection(self) -> psycopg.Connection[Any]:
        """The connection of this process."""
        if self._connection is None or self._connection.broken or self._connection.closed or self._pid != os.getpid():
            # The connection of a parent process is left alone: closing it here would end it there.
            parameters = connections.create_connection(DEFAULT_DB_ALIAS).get_connection_params()
            for ours in ("context", "cursor_factory", "prepare_threshold", "autocommit"):
                parameters.pop(ours, None)
            parameters["options"] = f"-c statement_timeout={PATIENCE}s -c lock_timeout={PATIENCE}s"
            parameters.setdefault("connect_timeout", PATIENCE)
            parameters["application_name"] = "jishi broker"
            self._connection = psycopg.connect(**parameters, autocommit=True)
            self._pid = os.getpid()
            self.prepare(self._connection)
        return self._connection

    def prepare(self, connection: psycopg.Connection[Any]) -> None:
        """What a new connection needs first: nothing here."""

    def close(self) -> None:
        """Let go of the connection; the next call makes another."""
        connection, self._connection = self._connection, None
        if connection is not None and self._pid == os.getpid():
            connection.close()


class Ear(Session):
    """A connection that hears when a message is sent, or when a thread of this process calls ``wake``."""

    def __init__(self) -> None:
        super().__init__()
        self._wakes, self._wake = socket.socketpair()
        self._wakes.setblocking(False)
        self._wake.setblocking(False)

    def prepare(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))

    def wait(self, seconds: float) -> None:
        """Wait for a message in any queue, for so long at most."""
        connection = self.connection()
        heard, _, _ = select.select([connection.fileno(), self._wakes.fileno()], [], [], seconds)
        if self._wakes.fileno() in heard:
            self._wakes.recv(65536)
        if connection.fileno() in heard:
            for _ in connection.notifies(timeout=0):
                pass

    def wake(self) -> None:
        """End the waiting of the consumer's thread: there is room for another message."""
        # Full wakes it too.
        with contextlib.suppress(BlockingIOError):
            self._wake.send(b".")


class QoS(virtual.QoS):
    """Which messages this channel holds. Whatever it holds at its end goes back to the queue."""

    def ack(self, delivery_tag: str) -> None:
        try:
            self.channel.done(delivery_tag)
        finally:
            self._forget(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            if requeue:
                self.channel.release([delivery_tag])
            else:
                self.channel.done(delivery_tag)
        finally:
            self._forget(delivery_tag)

    def _forget(self, delivery_tag: str) -> None:
        """Hold the message no longer; where the database could not be told, its lease runs out."""
        super().ack(delivery_tag)
        # A pool's thread acknowledges; the consumer's may be waiting although there is room for another message now.
        self.channel.ear.wake()

    def held(self) -> list[str]:
        """Tags of the messages that are delivered and neither acknowledged nor rejected."""
        dirty = set(self._dirty)
        return [tag for tag in list(self._delivered) if tag not in dirty]

    def restore_unacked(self) -> list[Any]:
        """Give back what is held, at the end of the channel."""
        if self._delivered:
            self._flush()
            self.channel.release(list(self._delivered))
            self._delivered.clear()
        return []


class Channel(virtual.Channel):
    """A channel over the table. Its lease names it in the rows that it holds."""

    QoS = QoS
    supports_fanout = False

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.session: Session = connection.session
        self.ear: Ear = connection.ear
        self.lease = secrets.token_hex(8)
        self._renewed_at = 0.0

    def renew(self) -> None:
        """Hold on to what is held; called from the consumer's loop, so a worker that hangs loses its messages."""
        if self._qos is None or time.monotonic() - self._renewed_at < LEASE / 3:
            return
        self._renewed_at = time.monotonic()
        if ids := _ids(self._qos.held()):
            self.session.execute(RENEW, lease=self.lease, ids=ids, seconds=LEASE)

    def done(self, tag: str) -> None:
        """The message has been dealt with. Does nothing when the lease had run out and another holds it by now."""
        pk, _, delivery = tag.partition(".")
        self.session.execute(DONE, id=int(pk), delivery=int(delivery), lease=self.lease)

    def release(self, tags: Iterable[str]) -> None:
        """Give messages back to their queue at once."""
        self.session.execute(RELEASE, lease=self.lease, ids=_ids(tags), channel=CHANNEL)

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        self.session.execute(PUT, queue=queue, payload=dumps(message), expires=_expiry(message), channel=CHANNEL)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        while True:
            row = self.session.execute(CLAIM, queue=queue, lease=self.lease, seconds=LEASE).fetchone()
            if row is None:
                raise Empty
            pk, payload, deliveries = row
            if deliveries <= MAX_DELIVERIES:
                break
            log.error(
                "message %s of %s was delivered %s times and never acknowledged: dropped", pk, queue, MAX_DELIVERIES
            )
            self.done(f"{pk}.{deliveries}")
        message: dict[str, Any] = loads(payload)
        # The tag names this delivery, not the message: a late acknowledgement of an earlier one finds nothing.
        message["properties"]["delivery_tag"] = f"{pk}.{deliveries}"
        message["properties"].setdefault("delivery_info", {})["redelivered"] = deliveries > 1
        return message

    def _size(self, queue: str) -> int:
        row = self.session.execute(SIZE, queue=queue).fetchone()
        return int(row[0]) if row else 0

    def _purge(self, queue: str) -> int:
        return self.session.execute(PURGE, queue=queue).rowcount


class Transport(virtual.Transport):
    """The broker in Django's database: ``database://default``."""

    Channel = Channel
    driver_type = "postgresql"
    driver_name = "psycopg"
    default_port = 0
    # What tells Celery to connect again.
    connection_errors = (psycopg.OperationalError, psycopg.InterfaceError, OSError)
    channel_errors = (psycopg.DatabaseError,)

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.session = Session()
        self.ear = Ear()

    def establish_connection(self) -> Any:
        self.session.connection()  # raises here, where Celery expects it, when there is no database
        return super().establish_connection()

    def close_connection(self, connection: Any) -> None:
        super().close_connection(connection)
        self.session.close()
        self.ear.close()

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        """Deliver one message; when none comes for a moment, raise TimeoutError as kombu wants it.

        The moment is short whatever ``timeout`` says, so that a worker that is told to stop notices.
        """
        # Listening starts before the first look, so that nothing sent in between goes unheard.
        self.ear.connection()
        patience = IDLE_POLL if timeout is None else min(IDLE_POLL, timeout)
        for waited in (False, True):
            for channel in list(self.channels):
                channel.renew()
            try:
                self.cycle.get(self._deliver, timeout=timeout)
                return
            except Empty:
                if waited:
                    break
                self.ear.wait(patience)
        raise TimeoutError

    def driver_version(self) -> str:
        return psycopg.__version__


def _ids(tags: Iterable[str]) -> list[int]:
    return [int(tag.partition(".")[0]) for tag in tags]


def _expiry(message: dict[str, Any]) -> datetime | None:
    """When the message is worth nothing any more: Celery writes that in a header."""
    expires = (message.get("headers") or {}).get("expires")
    return datetime.fromisoformat(expires) if isinstance(expires, str) else None

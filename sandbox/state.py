"""The sandbox's memory: one SQLite file which survives a restart and kill -9.

Every call is short and runs in the event loop's thread; what must change together is inside `transaction()`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.stripe import schema as stripe

VERSION = 2

SCHEMA = (
    """
CREATE TABLE memo (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE apps (appid TEXT PRIMARY KEY, secret TEXT NOT NULL);
CREATE TABLE users (
    appid TEXT NOT NULL, name TEXT NOT NULL, openid TEXT NOT NULL UNIQUE, session_key TEXT NOT NULL,
    PRIMARY KEY (appid, name)
);
CREATE TABLE login_codes (code TEXT PRIMARY KEY, openid TEXT NOT NULL, made_at REAL NOT NULL, used_at REAL);
CREATE TABLE tokens (
    token TEXT PRIMARY KEY, appid TEXT NOT NULL, made_at REAL NOT NULL, expires_at REAL NOT NULL,
    forced INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE merchants (
    mchid TEXT PRIMARY KEY, name TEXT NOT NULL, serial_no TEXT NOT NULL, public_key_pem TEXT NOT NULL,
    api_v3_key TEXT NOT NULL, wechatpay_serial TEXT NOT NULL DEFAULT ''
);
CREATE TABLE merchant_apps (mchid TEXT NOT NULL, appid TEXT NOT NULL, PRIMARY KEY (mchid, appid));
CREATE TABLE transactions (
    mchid TEXT NOT NULL, out_trade_no TEXT NOT NULL, appid TEXT NOT NULL, request TEXT NOT NULL,
    total INTEGER NOT NULL, made_at REAL NOT NULL, pay_until REAL NOT NULL, closed_at REAL,
    transaction_id TEXT UNIQUE, paid_at REAL, discount INTEGER NOT NULL DEFAULT 0, pay_late_due REAL,
    pay_late_anyway INTEGER NOT NULL DEFAULT 0, fee INTEGER NOT NULL DEFAULT 0, fee_rate TEXT NOT NULL DEFAULT '',
    available_at REAL,
    PRIMARY KEY (mchid, out_trade_no)
);
CREATE INDEX transactions_paid ON transactions (mchid, paid_at);
CREATE INDEX transactions_pay_late ON transactions (pay_late_due) WHERE pay_late_due IS NOT NULL;
CREATE TABLE prepays (
    prepay_id TEXT PRIMARY KEY, mchid TEXT NOT NULL, out_trade_no TEXT NOT NULL, made_at REAL NOT NULL
);
CREATE INDEX prepays_of ON prepays (mchid, out_trade_no);
CREATE TABLE refunds (
    mchid TEXT NOT NULL, out_refund_no TEXT NOT NULL, out_trade_no TEXT NOT NULL, refund_id TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL, amount INTEGER NOT NULL, status TEXT NOT NULL, made_at REAL NOT NULL,
    outcome TEXT NOT NULL, due_at REAL, done_at REAL, fee INTEGER NOT NULL DEFAULT 0, booked_at REAL,
    abnormal TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (mchid, out_refund_no)
);
CREATE INDEX refunds_made ON refunds (mchid, made_at);
CREATE INDEX refunds_of ON refunds (mchid, out_trade_no);
CREATE INDEX refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE withdrawals (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, withdrawal_id TEXT NOT NULL, mchid TEXT NOT NULL, amount INTEGER NOT NULL,
    at REAL NOT NULL
);
CREATE TABLE bill_links (
    token TEXT PRIMARY KEY, mchid TEXT NOT NULL, made_at REAL NOT NULL, zipped INTEGER NOT NULL, content BLOB NOT NULL
);
CREATE TABLE bill_plants (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, mchid TEXT NOT NULL, bill TEXT NOT NULL, day TEXT NOT NULL,
    wrong TEXT NOT NULL
);

CREATE TABLE notifications (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, mchid TEXT NOT NULL, event_type TEXT NOT NULL,
    out_trade_no TEXT NOT NULL, out_refund_no TEXT NOT NULL, url TEXT NOT NULL, made_at REAL NOT NULL,
    resource TEXT NOT NULL, nonce TEXT NOT NULL, plan TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due_at REAL, provider TEXT NOT NULL DEFAULT 'wechatpay'
);
CREATE INDEX notifications_due ON notifications (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notifications_of ON notifications (mchid, out_trade_no);
CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, notification_id TEXT NOT NULL, at REAL NOT NULL, behaviour TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, seconds REAL NOT NULL, trouble TEXT NOT NULL
);
CREATE INDEX deliveries_of ON deliveries (notification_id);
CREATE TABLE plans (seq INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL, remaining INTEGER NOT NULL);

CREATE TABLE parcels (
    carrier TEXT NOT NULL, waybill TEXT NOT NULL, made_at REAL NOT NULL, phone_tail TEXT NOT NULL,
    route TEXT NOT NULL, step INTEGER NOT NULL, due_at REAL,
    PRIMARY KEY (carrier, waybill)
);
CREATE INDEX parcels_due ON parcels (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE parcel_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, carrier TEXT NOT NULL, waybill TEXT NOT NULL, at REAL NOT NULL,
    status TEXT NOT NULL, text TEXT NOT NULL, text_en TEXT NOT NULL, location TEXT NOT NULL
);
CREATE INDEX parcel_events_of ON parcel_events (carrier, waybill);

CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL, call TEXT NOT NULL, behaviour TEXT NOT NULL,
    status INTEGER, answer TEXT NOT NULL DEFAULT ''
);
CREATE TABLE faults (seq INTEGER PRIMARY KEY AUTOINCREMENT, call TEXT NOT NULL, fault TEXT NOT NULL);
"""
    + stripe.SCHEMA
)

# Emptied by a reset, unlike the platform's keys in `memo`.
TABLES = (
    "apps",
    "users",
    "login_codes",
    "tokens",
    "merchants",
    "merchant_apps",
    "transactions",
    "prepays",
    "refunds",
    "withdrawals",
    "bill_links",
    "bill_plants",
    "notifications",
    "deliveries",
    "plans",
    "parcels",
    "parcel_events",
    "requests",
    "faults",
    *stripe.TABLES,
)


class StateTaken(Exception):
    """Another sandbox process has this state file open."""


class State:
    """The open state file. Rows are read by column name."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file. Raises StateTaken when another sandbox uses it.

        A file of another version is set aside as `<name>.old`: it holds play data only.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise StateTaken(f"another sandbox is using {path}") from None
        self.path = path
        self.connection = self._open()
        version = self.connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            self.connection.close()
            path.replace(path.with_name(path.name + ".old"))
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self.connection = self._open()
            version = 0
        if version == 0:
            self.connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")

    def _open(self) -> sqlite3.Connection:
        # Keys and secrets are in it: nobody else's to read. SQLite gives its other files the same mode.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        # With WAL a killed process loses nothing at NORMAL; only a crash of the machine could.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def close(self) -> None:
        self.connection.close()
        os.close(self._lock)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing. Joins a transaction that is already open. Must not contain an await."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> int:
        """Executes one statement; the number of rows it touched."""
        return self.connection.execute(sql, values).rowcount

    def insert(self, table: str, **values: Any) -> int:
        """Inserts one row; its row id."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        done = self.connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
        return int(done.lastrowid or 0)

    def insert_many(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Inserts rows that all have the columns of the first."""
        if rows:
            columns, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
            values = [tuple(row.values()) for row in rows]
            self.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row or None."""
        row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self.connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, *values)
        return None if row is None else row[0]

    def recall(self, name: str) -> Any:
        """The JSON value noted under this name, or None."""
        text = self.value("SELECT value FROM memo WHERE name = ?", name)
        return None if text is None else json.loads(text)

    def note(self, name: str, value: Any) -> None:
        self.run("INSERT OR REPLACE INTO memo (name, value) VALUES (?, ?)", name, json.dumps(value))

"""The tables of the sandbox's Stripe, part of the state file's schema."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE stripe_accounts (
    account TEXT PRIMARY KEY, secret_key TEXT NOT NULL UNIQUE, publishable_key TEXT NOT NULL UNIQUE,
    webhook_url TEXT NOT NULL, webhook_secrets TEXT NOT NULL
);
CREATE TABLE stripe_documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, object TEXT NOT NULL,
    created INTEGER NOT NULL, payout TEXT NOT NULL DEFAULT '', document TEXT NOT NULL
);
CREATE INDEX stripe_documents_listed ON stripe_documents (account, object, created, seq);
CREATE INDEX stripe_documents_of_intent ON stripe_documents (json_extract(document, '$.payment_intent'));
CREATE TABLE stripe_answers (
    account TEXT NOT NULL, key TEXT NOT NULL, made_at REAL NOT NULL, request TEXT NOT NULL, request_id TEXT NOT NULL,
    status INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (account, key)
);
CREATE TABLE stripe_errands (id TEXT PRIMARY KEY, outcome TEXT NOT NULL, due_at REAL NOT NULL);
"""

TABLES = ("stripe_accounts", "stripe_documents", "stripe_answers", "stripe_errands")

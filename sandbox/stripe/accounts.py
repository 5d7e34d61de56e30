"""Accounts at Stripe that the sandbox knows: their keys, where their webhooks go, the secrets that sign them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.errors import Refused
from sandbox.stripe.errors import Invalid
from sandbox.world import World, text_field


@dataclass(frozen=True)
class Caller:
    """Who sent a request: the account, and whether by the key that may be in anybody's browser."""

    account: str
    publishable: bool


def register(world: World, content: dict[str, Any]) -> None:
    """Makes an account known, or changes what is known of it. Raises Refused."""
    account = text_field(content, "account")
    secret_key, publishable_key = text_field(content, "secret_key"), text_field(content, "publishable_key")
    url = text_field(content, "webhook_url", default="", most=2048)
    secrets = content.get("webhook_secrets", [])
    if not isinstance(secrets, list) or not all(isinstance(secret, str) and secret for secret in secrets):
        raise Refused(400, "BAD_FIELD", "webhook_secrets must be a list of strings")
    if not secret_key.startswith(("sk_", "rk_")) or not publishable_key.startswith("pk_"):
        raise Refused(400, "BAD_FIELD", "secret_key begins sk_ or rk_, publishable_key pk_")
    sql = "SELECT 1 FROM stripe_accounts WHERE account <> ? AND (secret_key = ? OR publishable_key = ?)"
    if world.state.one(sql, account, secret_key, publishable_key):
        raise Refused(409, "KEY_TAKEN", "another account has this key")
    world.state.run(
        "INSERT OR REPLACE INTO stripe_accounts (account, secret_key, publishable_key, webhook_url, webhook_secrets) "
        "VALUES (?, ?, ?, ?, ?)",
        account,
        secret_key,
        publishable_key,
        url,
        json.dumps(secrets),
    )


def shown(world: World) -> list[dict[str, Any]]:
    """The accounts, without keys and secrets."""
    rows = world.state.all("SELECT account, webhook_url, webhook_secrets FROM stripe_accounts ORDER BY account")
    return [
        {
            "account": row["account"],
            "webhook_url": row["webhook_url"],
            "webhook_secrets": len(json.loads(row["webhook_secrets"])),
        }
        for row in rows
    ]


def row_of(world: World, account: str) -> sqlite3.Row | None:
    return world.state.one("SELECT * FROM stripe_accounts WHERE account = ?", account)


def known(world: World, content: dict[str, Any]) -> str:
    """The account that a control call names; without a name the only one there is. Raises Refused."""
    named = text_field(content, "account", default="")
    rows = world.state.all("SELECT account FROM stripe_accounts WHERE account = ? OR ? = ''", named, named)
    if len(rows) != 1:
        raise Refused(404, "ACCOUNT_UNKNOWN", "account: there is none, or more than one to choose from")
    return str(rows[0]["account"])


def authenticate(world: World, authorization: str) -> Caller:
    """Whose key it is. Raises Invalid (401)."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Invalid(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
            "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    row = world.state.one("SELECT * FROM stripe_accounts WHERE ? IN (secret_key, publishable_key)", key)
    if row is None:
        raise Invalid(401, f"Invalid API Key provided: {key[:3]}{'*' * 8}{key[-4:]}")
    return Caller(row["account"], publishable=key == row["publishable_key"])

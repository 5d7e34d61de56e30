"""The sandbox as a test sees it: a real process on a free port, and a client for its control calls.

A test package takes the fixtures by importing them in its conftest.py:

    from tests.support.sandbox import sandbox, sandbox_process  # noqa: F401

    def test_pays(sandbox: SandboxClient) -> None:
        merchant = sandbox.merchant()                     # keys made here, registered at the sandbox
        code = sandbox.login_code(merchant.appid, "amy")  # what wx.login would give
        ...                                               # prepay against sandbox.url
        sandbox.pay(prepay_id)                            # the payer pays, the notification is on its way
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PROJECT = Path(__file__).resolve().parents[2]
Seen = TypeVar("Seen")


def free_port() -> int:
    """A port of 127.0.0.1 which nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Seen], timeout: float = 30.0, step: float = 0.05) -> Seen:
    """Calls `look` until it answers something truthy and returns that; AssertionError after `timeout` seconds."""
    until = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > until:
            raise AssertionError(f"still {seen!r} after {timeout} s")
        time.sleep(step)


@cache
def merchant_private_key() -> rsa.RSAPrivateKey:
    """One merchant key for a whole test process: making one takes a noticeable time."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class SandboxMerchant:
    """A merchant registered at the sandbox, with everything that either side knows."""

    mchid: str
    appid: str
    app_secret: str
    serial_no: str
    private_key: rsa.RSAPrivateKey
    api_v3_key: str
    platform_public_key_id: str
    platform_public_key_pem: str
    platform_serial: str
    platform_certificate_pem: str

    @property
    def private_key_pem(self) -> str:
        return self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


@dataclass(frozen=True)
class StripeAccount:
    """An account registered at the sandbox's Stripe. `webhook_secrets`: every one signs, as while one is replaced."""

    account: str
    secret_key: str
    publishable_key: str
    webhook_url: str
    webhook_secrets: tuple[str, ...]


class SandboxRefused(AssertionError):
    """A control call was answered with an error; `status` and `body` tell which."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"the sandbox answered {status}: {body}")
        self.status = status
        self.body = body


class SandboxClient:
    """The control surface (`sandbox/README.md`) as methods; every one raises SandboxRefused on an error."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def call(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Any control call: the JSON answer."""
        answer = self.session.request(method, self.url + path, json=body, params=query or None, timeout=30)
        content = answer.json() if answer.content else None
        if answer.status_code >= 400:
            raise SandboxRefused(answer.status_code, content)
        return content

    # who takes part

    def app(self, appid: str = "wx0000000000000001", secret: str = "app-secret") -> None:
        self.call("POST", "/sandbox/apps", {"appid": appid, "secret": secret})

    def merchant(
        self,
        mchid: str = "1900000001",
        appid: str = "wx0000000000000001",
        app_secret: str = "app-secret",
        serial_no: str = "",
        private_key: rsa.RSAPrivateKey | None = None,
        api_v3_key: str = "0123456789abcdef0123456789ABCDEF",
    ) -> SandboxMerchant:
        """Registers an app and a merchant with it; makes the key pair and serial unless given."""
        key = private_key or merchant_private_key()
        serial = serial_no or secrets.token_hex(20).upper()
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.app(appid, app_secret)
        platform = self.call(
            "POST",
            "/sandbox/merchants",
            {
                "mchid": mchid,
                "appids": [appid],
                "serial_no": serial,
                "public_key_pem": public.decode(),
                "api_v3_key": api_v3_key,
            },
        )
        return SandboxMerchant(mchid, appid, app_secret, serial, key, api_v3_key, **platform)

    def login_code(self, appid: str, user: str) -> str:
        """What wx.login gives `user` in the app: a single-use code."""
        return str(self.call("POST", "/sandbox/login-codes", {"appid": appid, "user": user})["code"])

    # paying

    def open_cashier(self, params: dict[str, str]) -> dict[str, Any]:
        """Hands wx.requestPayment's parameters (with appId) to the cashier, which checks paySign."""
        return dict(self.call("POST", "/sandbox/cashier", params))

    def pay(self, prepay_id: str, action: str = "pay", **more: Any) -> str:
        """`action` pay, decline or pay_late (with delay=seconds); answers the trade state.

        late="anyway": also when it is closed or its time is over; notify={...}: the plan of its notification.
        """
        return str(self.call("POST", f"/sandbox/cashier/{prepay_id}", {"action": action, **more})["state"])

    def transaction(self, mchid: str, out_trade_no: str) -> dict[str, Any]:
        """What the sandbox knows of a payment, including its prepay_id."""
        return dict(self.call("GET", f"/sandbox/transactions/{mchid}/{out_trade_no}"))

    # money

    def seed(
        self, merchant: SandboxMerchant, rows: list[dict[str, Any]], refunds: list[dict[str, Any]] | None = None
    ) -> None:
        """Finished payments ({out_trade_no, total, paid_at, transaction_id?, openid?, attach?}) and refunds of them
        ({out_trade_no, out_refund_no, amount, done_at, status?}), any number; nobody is notified."""
        about, size = {"mchid": merchant.mchid, "appid": merchant.appid}, 2000
        for start in range(0, len(rows), size):
            self.call("POST", "/sandbox/transactions", {**about, "rows": rows[start : start + size]})
        if refunds:
            # In one piece: what came before of an order's refunds decides the fee that comes back.
            self.call("POST", "/sandbox/transactions", {**about, "refunds": refunds})

    def release(self, mchid: str, out_trade_no: str) -> int:
        """Makes a frozen payment's money available (setting settle=shipped); the balance in fen."""
        return int(self.call("POST", f"/sandbox/transactions/{mchid}/{out_trade_no}/release")["balance"])

    def withdraw(self, mchid: str, amount: int | None = None, **more: Any) -> dict[str, int]:
        """Takes money (in fen; None: all) to the bank; {amount, balance}. `at` names another time than now."""
        body = {"mchid": mchid, "amount": amount, **more}
        return dict(self.call("POST", "/sandbox/withdrawals", body))

    def plant(self, mchid: str, bill_date: str, **wrong: Any) -> None:
        """Makes a day's bill wrong: change={out_trade_no | out_refund_no, drop=True | fields={column: value}}, or
        extra={column: value}; bill="fund_flow" for the other one."""
        self.call("POST", "/sandbox/bills/plant", {"mchid": mchid, "bill_date": bill_date, **wrong})

    def console_refund(self, mchid: str, out_trade_no: str, amount: int, notify: bool = False) -> dict[str, Any]:
        """A refund made by hand in the provider's console; the refund."""
        body = {"mchid": mchid, "out_trade_no": out_trade_no, "amount": amount, "notify": notify}
        return dict(self.call("POST", "/sandbox/refunds/console", body))

    def settle_refund(self, mchid: str, out_refund_no: str, outcome: str = "SUCCESS") -> dict[str, Any]:
        """Finishes a refund in process: SUCCESS, ABNORMAL or CLOSED; the refund."""
        body = {"mchid": mchid, "out_refund_no": out_refund_no, "outcome": outcome}
        return dict(self.call("POST", "/sandbox/refunds/settle", body))

    def rotate_certificate(self, not_after_seconds: float | None = None) -> dict[str, Any]:
        """A new platform certificate signs: {platform_serial, platform_certificate_pem, serials}. It ends after so many
        seconds of the real time; negative: it has ended."""
        body = {} if not_after_seconds is None else {"not_after_seconds": not_after_seconds}
        return dict(self.call("POST", "/sandbox/certificates/rotate", body))

    def retire_certificate(self, serial: str) -> dict[str, Any]:
        """Takes an earlier platform certificate away."""
        return dict(self.call("POST", "/sandbox/certificates/retire", {"serial": serial}))

    # notifications

    def lose(self, out_trade_no: str, mchid: str = "1900000001", **more: Any) -> None:
        """Loses the payment's notification (out_refund_no= for the refund's) that is still on its way."""
        self.call("POST", "/sandbox/notifications/lose", {"mchid": mchid, "out_trade_no": out_trade_no, **more})

    def plans(self) -> list[dict[str, Any]]:
        """The plans for notifications that are not used up."""
        return list(self.call("GET", "/sandbox/notifications/plans")["plans"])

    def plan(self, behaviour: str, **more: Any) -> None:
        """Decides what happens to the next notification(s): lose, duplicate (times=3), forge, ... (README)."""
        self.call("POST", "/sandbox/notifications", {"plan": {"behaviour": behaviour, **more}})

    def notifications(self, **query: Any) -> list[dict[str, Any]]:
        """Notifications with their deliveries, oldest first; filters mchid, out_trade_no, state, event_type."""
        return list(self.call("GET", "/sandbox/notifications", **query)["notifications"])

    def deliver(self, out_trade_no: str, mchid: str = "1900000001", **more: Any) -> list[dict[str, Any]]:
        """Sends the payment's notification now; the merchant's answers ({status, body, seconds, trouble}).

        behaviour=forge|tamper|..., times=n (at the same moment), out_refund_no= for the refund's,
        overrides={...} into the encrypted resource, new=True for another notification id.
        """
        body = {"mchid": mchid, "out_trade_no": out_trade_no, **more}
        return list(self.call("POST", "/sandbox/notifications/deliver", body)["answers"])

    # Stripe

    def stripe_account(
        self,
        account: str = "acct_sandbox0000001",
        webhook_url: str = "",
        webhook_secrets: tuple[str, ...] = ("whsec_sandbox_secret",),
        secret_key: str = "",
        publishable_key: str = "",
    ) -> StripeAccount:
        """Registers an account (again: changes it); its keys are derived from its name unless given."""
        made = StripeAccount(
            account,
            secret_key or f"sk_test_{account.removeprefix('acct_')}",
            publishable_key or f"pk_test_{account.removeprefix('acct_')}",
            webhook_url,
            tuple(webhook_secrets),
        )
        self.call("POST", "/sandbox/stripe/accounts", asdict(made))
        return made

    def stripe_pay(self, intent: str, action: str = "pay", **more: Any) -> str:
        """The payer pays, declines or will pay_late (delay=seconds); answers the intent's status."""
        return str(
            self.call("POST", "/sandbox/stripe/pay", {"payment_intent": intent, "action": action, **more})["status"]
        )

    def stripe_refund_settle(self, refund: str, outcome: str = "succeeded", **more: Any) -> dict[str, Any]:
        """succeeded, failed (failure_reason=), canceled or requires_action; answers the refund."""
        body = {"refund": refund, "outcome": outcome, **more}
        return dict(self.call("POST", "/sandbox/stripe/refunds/settle", body))

    def stripe_dispute(self, intent: str, reason: str = "fraudulent", amount: int | None = None) -> dict[str, Any]:
        """The payer disputes a payment; answers the dispute."""
        body = {"payment_intent": intent, "reason": reason, "amount": amount}
        return dict(self.call("POST", "/sandbox/stripe/disputes", body))

    def stripe_dispute_decide(self, dispute: str, outcome: str) -> dict[str, Any]:
        """under_review, won or lost; answers the dispute."""
        return dict(self.call("POST", f"/sandbox/stripe/disputes/{dispute}", {"outcome": outcome}))

    def stripe_payout(self, currency: str, everything: bool = False, account: str = "") -> dict[str, Any]:
        """Pays out what is available (everything=True: what is pending too); answers the payout."""
        body = {"currency": currency, "everything": everything, "account": account}
        return dict(self.call("POST", "/sandbox/stripe/payouts", body))

    def stripe_events(self, **query: Any) -> list[dict[str, Any]]:
        """Events with state, attempts and deliveries, oldest first; filters account, payment_intent, refund, type, state."""
        return list(self.call("GET", "/sandbox/stripe/events", **query)["events"])

    def stripe_deliver(
        self, identifier: str, event_type: str = "payment_intent.succeeded", **more: Any
    ) -> list[dict[str, Any]]:
        """Sends the event of this id, or an object's newest of the type, now; the answers ({status, body, ...}).

        behaviour=forge|tamper|stale|..., times=n (at the same moment), overrides={...} into data.object, new=True for
        another event id. One that never was is made: for an unpaid intent it claims a success.
        """
        body = {"id": identifier, "event_type": event_type, **more}
        return list(self.call("POST", "/sandbox/stripe/deliver", body)["answers"])

    def stripe_seed(self, charges: list[dict[str, Any]], account: str = "") -> list[dict[str, Any]]:
        """Finished payments without events: {amount, currency, created, metadata, payment_method, refunded}, each with a
        default; answers {payment_intent, charge, balance_transaction, refund?} in the same order."""
        made: list[dict[str, Any]] = []
        for start in range(0, len(charges), 2000):
            body = {"charges": charges[start : start + 2000], "account": account}
            made += self.call("POST", "/sandbox/stripe/seed", body)["made"]
        return made

    def stripe_plant(self, account: str = "", **what: Any) -> dict[str, Any]:
        """Spoils the balance: id= with change={...} or remove=True, or add={amount, currency, ...}; the transaction."""
        return dict(self.call("POST", "/sandbox/stripe/balance-transactions", {"account": account, **what}))

    # carrier

    def advance_parcel(self, carrier: str, waybill: str, to: str | None = None) -> dict[str, Any]:
        """Moves a parcel one step, or on to the state `to`."""
        return dict(self.call("POST", f"/sandbox/parcels/{carrier}/{waybill}/advance", {"to": to} if to else {}))

    # the sandbox itself

    def faults(self, call: str, *behaviours: Any) -> None:
        """The next calls of this kind behave so: ok, 500, timeout, slow, reset, garbage, unsigned, ...

        An object sets options; {"do": "500", "host": "127.0.0.1"} is for requests that name this host.
        """
        self.call("POST", "/sandbox/faults", {"call": call, "behaviours": list(behaviours)})

    def settings(self, **values: Any) -> dict[str, Any]:
        """Changes settings (speed=, notify=, spelling=, ...) and answers all of them."""
        return dict(self.call("POST", "/sandbox/settings", values))

    def advance_clock(self, seconds: float) -> None:
        """Lets the sandbox live `seconds` later: lifetimes run out, waiting errands fall due."""
        self.call("POST", "/sandbox/clock", {"advance": seconds})

    def requests(self, **query: Any) -> list[dict[str, Any]]:
        """The requests it saw, oldest first; filters path (prefix), since (seq), method, status, call."""
        return list(self.call("GET", "/sandbox/requests", **query)["requests"])

    def forget_requests(self) -> None:
        self.call("DELETE", "/sandbox/requests")

    def reset(self) -> None:
        """Forgets everything but the platform's keys; settings and clock as at the start."""
        self.call("POST", "/sandbox/reset", {})


class SandboxProcess:
    """`python -m sandbox` as a child process; the same port and state file over restarts."""

    def __init__(self, directory: Path, speed: float = 1) -> None:
        self.state_file = directory / "sandbox.sqlite3"
        self.log_file = directory / "sandbox.log"
        self.speed = speed
        self.port = free_port()
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> SandboxClient:
        """Starts the process and waits until it answers; another process may have taken the port meanwhile."""
        for _ in range(5):
            with self.log_file.open("ab") as log:
                self.child = subprocess.Popen(
                    [sys.executable, "-m", "sandbox", *self._options()],
                    cwd=PROJECT,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "PYTHONUNBUFFERED": "1"},
                )
            if self._answers():
                return SandboxClient(self.url)
            self.stop()
            self.port = free_port()
        raise AssertionError(f"the sandbox did not start:\n{self.log_file.read_text()[-4000:]}")

    def _options(self) -> list[str]:
        return f"--host 127.0.0.1 --port {self.port} --state {self.state_file} --speed {self.speed}".split()

    def _answers(self, timeout: float = 30) -> bool:
        until = time.monotonic() + timeout
        while time.monotonic() < until and self.child and self.child.poll() is None:
            try:
                with requests.Session() as session:
                    session.trust_env = False
                    if session.get(self.url + "/sandbox/health", timeout=2).json() == {"ok": True}:
                        return True
            except (requests.ConnectionError, requests.Timeout, ValueError):
                time.sleep(0.05)
        return False

    def stop(self) -> None:
        """Asks it to end and waits; killed when it does not within ten seconds."""
        if self.child is None:
            return
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self.child = None

    def kill(self) -> None:
        """kill -9."""
        if self.child is not None:
            self.child.send_signal(signal.SIGKILL)
            self.child.wait()
            self.child = None


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """One sandbox for the whole test process."""
    with tempfile.TemporaryDirectory(prefix="jishi-sandbox-") as directory:
        process = SandboxProcess(Path(directory))
        process.start()
        yield process
        process.stop()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxClient:
    """A client of the running sandbox, which has forgotten everything of the tests before."""
    client = SandboxClient(sandbox_process.url)
    client.reset()
    return client

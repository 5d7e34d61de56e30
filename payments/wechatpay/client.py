"""WeChat Pay v3 over HTTP, for one merchant: signs what goes out, verifies what comes back, gives errors types. Decides nothing.

Base URLs: ``settings.WECHATPAY_API_BASE``. When a host does not answer, the next one is asked; every call here may be repeated, since
each carries a number of ours.
"""

import json
import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, Literal, cast
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from core import clock, outbound
from payments.gateways import Declined, Unavailable
from payments.wechatpay import bills, keys, signing
from payments.wechatpay.errors import error_for
from shop.models import WeChatPayAccount

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long one kind of call may take: a single try, and all of them. After a time-out another try is made only if ``persists``."""

    seconds: float
    altogether: float
    persists: bool


# By kind of call; the only place.
PATIENCE = {
    # A shopper looks at a spinner. One time-out leaves time for the other host.
    "prepay": Patience(4, 8, persists=True),
    "query": Patience(5, 10, persists=True),
    "close": Patience(5, 10, persists=True),
    # Slow at times, and perhaps done although no answer came: due work asks again later, under the same number.
    "refund": Patience(20, 25, persists=False),
    "abnormal_refund": Patience(20, 25, persists=False),
    "refund_query": Patience(10, 20, persists=True),
    "certificates": Patience(10, 20, persists=True),
    "bill": Patience(20, 40, persists=True),
    "download": Patience(300, 300, persists=False),
}
# Before the same host is asked again, when there is no other: the connection broke, or it reported an error of its own.
PAUSE_SECONDS = 0.3
# Less than this is no time for another try.
LEAST_SECONDS = 0.5
# WeChat Pay refuses requests whose time is this far from its own.
CLOCK_SKEW_SECONDS = 300
# A larger bill waits on the disk, not in memory.
SPOOL_SIZE = 4 * 1024 * 1024
ENCRYPTED_FIELDS = ("bank_account", "real_name")


def bases() -> list[str]:
    """Where WeChat Pay is asked, in this order."""
    return [base.strip().rstrip("/") for base in settings.WECHATPAY_API_BASE.split(",") if base.strip()]


@dataclass(frozen=True)
class _Ask:
    """One request. ``target`` is the path with its query, ``content`` exactly what is sent; for the rest see ``outbound.call``."""

    name: str
    method: str
    target: str
    content: str = ""
    # Names another key than the account's usual one.
    serial: str = ""
    check: Callable[[outbound.Answer], None] | None = None
    into: BinaryIO | None = None


class Client:
    """Calls in the name of one merchant. Each raises a GatewayError; Unavailable says that the outcome is not known."""

    def __init__(self, account: WeChatPayAccount) -> None:
        self.account = account
        self.mchid = account.mchid

    def __repr__(self) -> str:
        return f"<Client {self.mchid}>"

    def prepay(self, body: dict[str, Any]) -> str:
        """Open a JSAPI payment (mini programs share it): the prepay_id. The same body again gives it again."""
        answer = self._call("prepay", "POST", "/v3/pay/transactions/jsapi", body)
        prepay_id = answer.get("prepay_id")
        if not isinstance(prepay_id, str) or not prepay_id:
            raise Unavailable("an answer without prepay_id")
        return prepay_id

    def query(self, out_trade_no: str) -> dict[str, Any]:
        """The transaction with our number."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}"
        return self._call("query", "GET", path, query={"mchid": self.mchid})

    def close(self, out_trade_no: str) -> None:
        """See to it that our number can no longer be paid. An unknown number is no error here."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}/close"
        self._call("close", "POST", path, {"mchid": self.mchid})

    def refund(self, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for a refund; ``goods_detail`` in the body says for which goods. The answer says that it was accepted, not that it is done.

        The same body again is the same refund. After a time-out nothing is asked again here: it may well have been accepted.
        """
        return self._call("refund", "POST", "/v3/refund/domestic/refunds", body)

    def query_refund(self, out_refund_no: str) -> dict[str, Any]:
        """The refund with our number."""
        return self._call("refund_query", "GET", f"/v3/refund/domestic/refunds/{quote(out_refund_no, safe='')}")

    def apply_abnormal_refund(
        self,
        refund_id: str,
        out_refund_no: str,
        to: Literal["USER_BANK_CARD", "MERCHANT_BANK_CARD"],
        *,
        bank_type: str = "",
        bank_account: str = "",
        real_name: str = "",
    ) -> dict[str, Any]:
        """Send a refund that has become ABNORMAL to a bank card instead: the payer's, which must be given, or the merchant's.

        Account and name leave this process encrypted. The answer is the refund, as in a query.
        """
        given = {"bank_type": bank_type, "bank_account": bank_account, "real_name": real_name}
        body = {"out_refund_no": out_refund_no, "type": to, **{name: text for name, text in given.items() if text}}
        try:
            serial, key = keys.encryption_key(self.account, clock.now())
            body |= {name: signing.encrypt_field(key, body[name]) for name in ENCRYPTED_FIELDS if name in body}
        except (signing.Unverified, ValueError) as error:
            raise Declined(f"what is secret cannot be encrypted for WeChat Pay: {error}") from None
        path = f"/v3/refund/domestic/refunds/{quote(refund_id, safe='')}/apply-abnormal-refund"
        return self._call("abnormal_refund", "POST", path, body, serial=serial)

    def trade_bill(self, day: date) -> bills.Bill[bills.TradeLine]:
        """All payments and refunds of a day in Beijing, checked whole; to be had from ten in the morning of the next day, for three months.

        Raises NotReady before, BadBill when it cannot be trusted.
        """
        try:
            return bills.trade_bill(self._bill("/v3/bill/tradebill", bill_date=day.isoformat(), bill_type="ALL"))
        except bills.NoBill:
            return bills.empty_trade_bill()

    def fund_flow(
        self, day: date, account: Literal["BASIC", "OPERATION", "FEES"] = "BASIC"
    ) -> bills.Bill[bills.FlowLine]:
        """Every movement on one of the merchant's accounts on a day in Beijing; the same conditions as for the trade bill."""
        try:
            return bills.fund_flow(self._bill("/v3/bill/fundflowbill", bill_date=day.isoformat(), account_type=account))
        except bills.NoBill:
            return bills.empty_fund_flow()

    def certificates(self) -> dict[str, str]:
        """The platform certificates that are valid now: serial number → PEM.

        They are encrypted under the APIv3 key, which nobody else has; that is what the first of them can be trusted by.
        """
        found: dict[str, str] = {}

        def check(answer: outbound.Answer) -> None:
            found.update(self._open_certificates(_document(answer)))
            self._verify(answer, found)

        self._request(_Ask("certificates", "GET", "/v3/certificates", check=check))
        return found

    def _open_certificates(self, document: dict[str, Any]) -> dict[str, str]:
        found = {}
        try:
            for entry in document.get("data", []):
                sealed = entry["encrypt_certificate"]
                pem = signing.decrypt(
                    self.account.api_v3_key, sealed["nonce"], sealed["associated_data"], sealed["ciphertext"]
                ).decode()
                keys.certificate(pem)
                found[str(entry["serial_no"])] = pem
        except (KeyError, TypeError, AttributeError, ValueError, signing.Unverified) as error:
            # More likely this merchant's APIv3 key than a fault of theirs.
            raise Unavailable(f"certificates that cannot be read with the APIv3 key: {error}") from None
        return found

    def _bill(self, path: str, **query: str) -> BinaryIO:
        """The file of a bill, proved to be the one that WeChat Pay signed for."""
        answer = self._call("bill", "GET", path, query={**query, "tar_type": "GZIP"})
        link, proof = answer.get("download_url"), answer.get("hash_value")
        if not isinstance(link, str) or not isinstance(proof, str) or answer.get("hash_type", "SHA1") != "SHA1":
            raise Unavailable("an answer that names no bill")
        # Only the path is taken from the answer: a signed request goes to WeChat Pay's hosts and nowhere else.
        parts = urlsplit(link)
        # Lives as long as the bill that is read of it.
        file = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=SPOOL_SIZE))  # noqa: SIM115
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        # The file itself is not signed.
        self._request(_Ask("download", "GET", target, into=file))
        if bills.digest(file) != proof.lower():
            raise Unavailable("a bill that is not the one that was announced")
        return file

    def _call(
        self,
        name: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        serial: str = "",
    ) -> dict[str, Any]:
        target = path + (f"?{urlencode(query)}" if query else "")
        # Signed and sent are the same bytes, and the same again when it is asked again: the database keeps no order of keys.
        content = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

        def check(answer: outbound.Answer) -> None:
            self._verify(answer)
            _document(answer)

        return _document(self._request(_Ask(name, method, target, content, serial, check)))

    def _request(self, ask: "_Ask") -> outbound.Answer:
        """Ask one host after the other, as the kind of call allows. Answers 200 or 204; raises a GatewayError for the rest."""
        patience, hosts = PATIENCE[ask.name], bases()
        deadline = time.monotonic() + patience.altogether
        trouble: Unavailable | None = None
        for turn in range(max(2, len(hosts))):
            base, left = hosts[turn % len(hosts)], deadline - time.monotonic()
            if trouble and left < LEAST_SECONDS:
                break
            try:
                return self._send(ask, base, min(patience.seconds, left))
            except outbound.LeftAlone as refused:
                trouble = trouble or Unavailable(str(refused))
                continue
            except outbound.Unanswered as unanswered:
                trouble = Unavailable(str(unanswered))
                if unanswered.slow and (not patience.persists or len(hosts) == 1):
                    break
            except _TheirError as error:
                trouble = error.means
            if len(hosts) == 1 and turn == 0:
                time.sleep(PAUSE_SECONDS)
        assert trouble is not None
        raise trouble

    def _send(self, ask: "_Ask", base: str, seconds: float) -> outbound.Answer:
        """One request, with a time and a nonce of its own."""

        def check(answer: outbound.Answer) -> None:
            if answer.status in (200, 204):
                if ask.check is not None:
                    ask.check(answer)
            elif answer.status < 400 and answer.status != 202:
                raise outbound.Unusable(f"HTTP {answer.status}, which WeChat Pay never says")
            elif answer.status >= 500 and not isinstance(refused := self._refusal(answer), _TheirError):
                # A refusal, whatever its status: the host is well.
                raise refused

        if ask.into is not None:
            ask.into.seek(0)
            ask.into.truncate()
        try:
            answer = outbound.call(
                ask.method,
                base + ask.target,
                call=f"wechatpay.{ask.name}",
                body=ask.content.encode() or None,
                headers=self._headers(ask),
                seconds=seconds,
                size_limit=outbound.SIZE_LIMIT if ask.into is None else bills.SIZE_LIMIT,
                check=check,
                into=ask.into,
            )
        except outbound.Unusable as trouble:
            raise Unavailable(str(trouble)) from None
        if answer.status not in (200, 204):
            raise self._refusal(answer)
        return answer

    def _headers(self, ask: "_Ask") -> dict[str, str]:
        account = self.account
        try:
            key = signing.private_key(account.private_key)
        except ValueError:
            raise Declined("the merchant's private key cannot be read: check the account") from None
        headers = {
            "Authorization": signing.authorization(
                key, self.mchid, account.serial_no, ask.method, ask.target, ask.content,
                timestamp=int(clock.now().timestamp()), nonce_str=signing.nonce(),
            ),
            "Accept": "application/json",
        }  # fmt: skip
        if ask.content:
            headers["Content-Type"] = "application/json"
        if serial := ask.serial or account.public_key_id:
            # By this WeChat Pay decides with which key it signs the answer.
            headers["Wechatpay-Serial"] = serial
        return headers

    def _refusal(self, answer: outbound.Answer) -> Exception:
        # Anybody on the way could have made up an answer that is not signed: nothing but its kind is taken from it.
        request_id = answer.headers.get("Request-ID", "")[:100]
        try:
            document = json.loads(answer.body)
            code, message = str(document["code"]), str(document.get("message", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            code, message = "", "no JSON"
        error = error_for(answer.status, code, message, request_id)
        if answer.status == 401 and (skew := _skew(answer, message)):
            logger.error("The clock of this server is wrong, and WeChat Pay refuses merchant %s: %s", self.mchid, skew)
            return Declined(f"the clock of this server is wrong: {skew}", code)
        if not code and isinstance(error, Declined):
            # Some machine on the way refused, not WeChat Pay: nobody has to look, and no refund has failed.
            error = Unavailable(f"HTTP {answer.status}, not in WeChat Pay's words")
        if isinstance(error, Unavailable):
            error.retry_after = _seconds(answer.headers.get("Retry-After", ""))
            if answer.status >= 500:
                return _TheirError(error)
        return error

    def _verify(self, answer: outbound.Answer, fetched: dict[str, str] | None = None) -> None:
        """Raises unless WeChat Pay signed it: whatever it says, it may be somebody else's word."""
        now = clock.now()
        try:
            seal = signing.Seal.of(answer.headers)
        except signing.Unverified as trouble:
            raise outbound.Unusable(f"an answer that cannot be verified: {trouble}") from None
        try:
            seal.check_time(now)
            seal.check(keys.key_for(self.account, seal.serial, now, fetched), answer.body)
        except signing.Unverified as trouble:
            # Perhaps this merchant's keys are wrong. That must not shut the host to the others.
            raise Unavailable(f"an answer that cannot be verified: {trouble}") from None


def _document(answer: outbound.Answer) -> dict[str, Any]:
    if not answer.body:
        return {}
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise outbound.Unusable("an answer that is no JSON") from None
    if not isinstance(document, dict):
        raise outbound.Unusable("an answer that is no object")
    return document


def _skew(answer: outbound.Answer, message: str) -> str:
    """In words, how far this server's clock is off, if that is why WeChat Pay refused; else nothing."""
    try:
        seconds = round((clock.now() - parsedate_to_datetime(answer.headers["Date"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        seconds = 0
    if abs(seconds) >= CLOCK_SKEW_SECONDS:
        return f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} theirs"
    return "five minutes or more, they say" if "timestamp" in message.lower() and "5分钟" in message else ""


def _seconds(header: str) -> float | None:
    return float(header) if header.isascii() and header.isdigit() and len(header) < 7 else None


class _TheirError(Exception):
    """An error of their own, which another try may get over. ``means`` is what it comes to when none does."""

    def __init__(self, means: Unavailable) -> None:
        super().__init__(str(means))
        self.means = means

"""What WeChat Pay's error codes mean to the house.

Old and new pages of its documentation spell codes differently (ORDERPAID, ORDER_PAID): they are compared without underscores. Some causes
share a code and differ in the number at the end of ``Request-ID`` only.
"""

from payments.gateways import (
    AlreadyClosed,
    AlreadyPaid,
    BeingPaid,
    Declined,
    GatewayError,
    NotReady,
    NumberReused,
    NumberUnknown,
    Unavailable,
)
from payments.wechatpay.bills import NoBill

_BY_CODE: dict[str, type[GatewayError]] = {
    "ORDERPAID": AlreadyPaid,
    "ORDERCLOSED": AlreadyClosed,
    "USERPAYING": BeingPaid,
    "ORDERNOTEXIST": NumberUnknown,
    "RESOURCENOTEXISTS": NumberUnknown,
    "FREQUENCYLIMITED": Unavailable,
    "RATELIMITEXCEEDED": Unavailable,
    "SYSTEMERROR": Unavailable,
    "BANKERROR": Unavailable,
    "OUTTRADENOUSED": NumberReused,
    # These come as HTTP 500, and are no fault of theirs.
    "OPENIDMISMATCH": Declined,
    "INVALIDTRANSACTIONID": Declined,
    # The merchant's balance: it fills by itself with the next sales.
    "NOTENOUGH": Unavailable,
    # Old and new pages disagree whether these come as 400 or 404.
    "NOSTATEMENTEXIST": NoBill,
    "STATEMENTCREATING": NotReady,
}
_BY_NUMBER: dict[str, type[GatewayError]] = {
    "268449538": AlreadyPaid,
    "268498689": AlreadyPaid,
    "268447914": AlreadyClosed,
    "268498688": NumberReused,
    "268512771": NumberUnknown,
    "268447840": Unavailable,
}


def error_for(status: int, code: str, message: str, request_id: str) -> GatewayError:
    """The error which this answer of WeChat Pay stands for."""
    number = request_id.rpartition("-")[2]
    kind = _BY_CODE.get(code.replace("_", "").upper()) or _BY_NUMBER.get(number)
    if kind is None:
        kind = Unavailable if status >= 500 or status == 429 else Declined
    return kind(f"HTTP {status} {message} ({request_id})"[:300], code[:60] or str(status))

"""Bills as WeChat Pay writes them, from rows given as lists of values."""

from collections.abc import Iterable


def _split(text: str, by: str = ",") -> list[str]:
    return text.split(by)


TRADE_HEADER = _split(
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_SUMMARY = _split("总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额")
FLOW_HEADER = _split(
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额,账户结余,资金变更提交申请人,备注,业务凭证号"
)
FLOW_SUMMARY = _split("资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额")

# 128 yuan, five of them by a coupon; 28 of it went back.
PAYMENT = _split(
    "2026-11-22 00:00:05|wx0000000000000001|1900000001|0||4200002610202611226000000001|pf0xwtqffv7p1s3f-1|oAmy|JSAPI|SUCCESS|OTHERS|CNY"
    "|123.00|5.00|0|0|0.00|0.00|||Tea PF0X-WTQF||0.74000|0.60%|128.00|0.00|",
    "|",
)
REFUND = _split(
    "2026-11-22 23:59:59|wx0000000000000001|1900000001|0||4200002610202611226000000001|pf0xwtqffv7p1s3f-1|oAmy|JSAPI|REFUND|OTHERS|CNY"
    "|0.00|0.00|50300806962026112200000001|pf0xwtqffv7p1s3f-1-r1|23.00|5.00|ORIGINAL|PROCESSING|Tea PF0X-WTQF||-0.14000|0.60%|0.00|28.00|",
    "|",
)


def row(values: Iterable[str]) -> str:
    """One row of a bill."""
    return ",".join(f"`{value}" for value in values) + "\n"


def trade_row(values: list[str], **columns: str) -> list[str]:
    """The same row with other values in some columns."""
    return [columns.get(name, value) for name, value in zip(TRADE_HEADER, values)]


def trade_csv(rows: list[list[str]], header: list[str] | None = None, summary: dict[str, str] | None = None) -> str:
    """A trade bill of these rows, whose summary is right except for the values given."""
    header = header or TRADE_HEADER
    lines = [[dict(zip(TRADE_HEADER, values)).get(name, "") for name in header] for values in rows]
    return ",".join(header) + "\n" + "".join(map(row, lines)) + trade_summary(rows, other=summary)


def trade_summary(rows: list[list[str]], times: int = 1, other: dict[str, str] | None = None) -> str:
    """The summary of a bill that has these rows so many times."""
    columns = ["应结订单金额", "退款金额", "充值券退款金额", "手续费", "订单金额", "申请退款金额"]
    sums = [_sum(rows, TRADE_HEADER, name, times) for name in columns]
    said = dict(zip(TRADE_SUMMARY, [str(len(rows) * times), *sums])) | (other or {})
    return ",".join(TRADE_SUMMARY) + "\n" + row(said[name] for name in TRADE_SUMMARY)


def flow_csv(rows: list[list[str]], summary: dict[str, str] | None = None) -> str:
    """A bill of the fund flow of these rows, whose summary is right except for the values given."""
    said = {"资金流水总笔数": str(len(rows))}
    for word in ("收入", "支出"):
        chosen = [values for values in rows if dict(zip(FLOW_HEADER, values))["收支类型"] == word]
        said |= {f"{word}笔数": str(len(chosen)), f"{word}金额": _sum(chosen, FLOW_HEADER, "收支金额", 1)}
    said |= summary or {}
    header = [name + "(元)" if name in ("收支金额", "账户结余") else name for name in FLOW_HEADER]
    rows_text = "".join(map(row, rows))
    return (
        ",".join(header) + "\n" + rows_text + ",".join(FLOW_SUMMARY) + "\n" + row(said[name] for name in FLOW_SUMMARY)
    )


def _sum(rows: list[list[str]], header: list[str], name: str, times: int) -> str:
    fen = 0
    for values in rows:
        try:
            fen += times * round(100 * float(dict(zip(header, values))[name]))
        except ValueError:
            continue
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"

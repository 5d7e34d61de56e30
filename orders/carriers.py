"""The carriers: their names, what their waybill numbers look like, where a parcel can be looked up by hand.

A further carrier is one more entry in ``CARRIERS``. The patterns are wide on purpose: they catch a number that cannot be right (a phone
number, half a scan), not one that merely looks new.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.problems import Problem
from core.texts import pick


@dataclass(frozen=True)
class Carrier:
    """One carrier. ``waybill`` is a pattern for the whole number; ``example`` is one that fits."""

    code: str
    name_zh: str
    name_en: str
    waybill: str
    example: str
    url: str

    @property
    def name(self) -> str:
        """In the active language."""
        return pick(self.name_zh, self.name_en)

    def tracking_url(self, waybill: str) -> str:
        """Where a person can look the parcel up."""
        return self.url.format(waybill=waybill)


def _looked_up_at_kuaidi100(name: str) -> str:
    return f"https://www.kuaidi100.com/chaxun?com={name}&nu={{waybill}}"


CARRIERS: dict[str, Carrier] = {
    carrier.code: carrier
    for carrier in (
        Carrier("SF", "顺丰速运", "SF Express", r"SF\d{10,15}|\d{12}|\d{15}", "SF1234567890123", _looked_up_at_kuaidi100("shunfeng")),
        Carrier("ZTO", "中通快递", "ZTO Express", r"\d{12,15}|ZTO\d{9,15}", "75312345678901", _looked_up_at_kuaidi100("zhongtong")),
        Carrier("YTO", "圆通速递", "YTO Express", r"YT\d{12,16}|[A-Z]?\d{10,18}", "YT1234567890123", _looked_up_at_kuaidi100("yuantong")),
        Carrier("STO", "申通快递", "STO Express", r"\d{12,15}", "773012345678901", _looked_up_at_kuaidi100("shentong")),
        Carrier("YUNDA", "韵达速递", "Yunda Express", r"\d{13,15}", "4312345678901", _looked_up_at_kuaidi100("yunda")),
        Carrier("JD", "京东物流", "JD Logistics", r"JD[A-Z]{0,3}\d{10,15}(-\d+-\d+-?)?", "JDVA12345678901", _looked_up_at_kuaidi100("jd")),
        Carrier("EMS", "邮政 EMS", "China Post EMS", r"[A-Z]{2}\d{9}[A-Z]{2}|\d{13}", "EB123456789CN", _looked_up_at_kuaidi100("ems")),
        Carrier(
            "DHL", "DHL", "DHL", r"\d{10,11}|[A-Z]{2,5}\d{9,20}", "1234567890",
            "https://www.dhl.com/en/express/tracking.html?AWB={waybill}",
        ),
        Carrier("UPS", "UPS", "UPS", r"1Z[0-9A-Z]{16}|T\d{10}|\d{9}|\d{12}", "1Z999AA10123456784", "https://www.ups.com/track?tracknum={waybill}"),
        Carrier("FEDEX", "联邦快递", "FedEx", r"\d{12}|\d{15}|\d{20}|\d{22}", "123456789012", "https://www.fedex.com/fedextrack/?trknbr={waybill}"),
    )
}  # fmt: skip


def carrier_name(code: str) -> str:
    """The carrier's name in the active language; an unknown code stands for itself."""
    carrier = CARRIERS.get(code)
    return carrier.name if carrier else code


def choices() -> list[tuple[str, str]]:
    """Codes and names, for forms."""
    return [(carrier.code, carrier.name) for carrier in CARRIERS.values()]


def checked(carrier: str, waybill: str) -> tuple[str, str]:
    """Carrier code and waybill as they are to be kept: in capitals, without the spaces that come from a copied number.

    Raises Problem ``invalid`` (400) with ``errors`` by field.
    """
    known = CARRIERS.get(carrier.strip().upper())
    if known is None:
        message = _("Choose one of %(carriers)s.") % {"carriers": ", ".join(CARRIERS)}
        raise Problem("invalid", 400, _("Some values cannot be accepted."), errors={"carrier": [message]})
    number = "".join(unicodedata.normalize("NFKC", waybill).split()).upper()
    if not re.fullmatch(known.waybill, number, re.ASCII):
        message = _("This is no waybill of %(carrier)s. One looks like %(example)s.") % {
            "carrier": known.name,
            "example": known.example,
        }
        raise Problem("invalid", 400, _("Some values cannot be accepted."), errors={"waybill": [message]})
    return known.code, number

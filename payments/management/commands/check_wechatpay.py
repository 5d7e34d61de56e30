"""``manage.py check_wechatpay <store>``: does the store's account at WeChat Pay work? Moves no money."""

from payments.findings import CheckCommand
from payments.wechatpay.checking import check


class Command(CheckCommand):
    help = "Check a store's account at WeChat Pay: keys, signatures both ways, where notifications go. Moves no money."
    look = staticmethod(check)

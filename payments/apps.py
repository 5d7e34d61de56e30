from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        # They register what is done with due rows.
        from payments import closing, inbox, polling, reconciling, refunding  # noqa: F401
        from payments.gateways import register
        from payments.wechatpay.gateway import WeChatPay

        register(WeChatPay())

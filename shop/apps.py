from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    name = "shop"
    verbose_name = _("Shop")

    def ready(self) -> None:
        from shop import alerting, imaging, importing  # noqa: F401  they register what is done with due rows
        from shop.api import schema  # noqa: F401

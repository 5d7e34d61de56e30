from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = _("Dashboards")

    def ready(self) -> None:
        from django.contrib import admin

        # The first screen answers what needs me now; the list of models stands in the sidebar anyway.
        admin.site.index_template = "dashboards/overview.html"

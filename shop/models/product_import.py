"""A product file on its way into the catalogue."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import DueWork, TenantModel
from shop.storage import PrivateStorage


class ProductImport(TenantModel, DueWork):
    """One product file: first a plan of what it would do, then, on request, the doing. Both are due work.

    ``report``: ``{"created": n, "updated": n, "unchanged": n, "rows": [{"line": 3, "handle": "...", "level": "error"|"note",
    "message": "..."}], ...}``.
    """

    class State(models.TextChoices):
        PLANNING = "planning", _("being read")
        PLANNED = "planned", _("ready to import")
        IMPORTING = "importing", _("importing")
        DONE = "done", _("imported")
        FAILED = "failed", _("failed")

    class Mode(models.TextChoices):
        GOOD_ROWS = "good_rows", _("import the good products, report the others")
        ALL_OR_NOTHING = "all_or_nothing", _("import everything or nothing")

    file = models.FileField(_("file"), upload_to="imports/", storage=PrivateStorage())
    name = models.CharField(_("file name"), max_length=120, blank=True, editable=False)
    mode = models.CharField(_("mode"), max_length=20, choices=Mode.choices, default=Mode.GOOD_ROWS)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNING, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, editable=False, help_text=_("Per cent."))
    report: Any = models.JSONField(default=dict, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("product import")
        verbose_name_plural = _("product imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name or self.file.name or str(self.pk)

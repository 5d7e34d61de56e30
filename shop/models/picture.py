"""Pictures and their renditions."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.models import DueWork, TenantModel
from shop.storage import PrivateStorage


class Picture(TenantModel, DueWork):
    """A picture of a store. Making its renditions is due work; until then, and when that fails, it is not shown.

    ``renditions``: ``[{"width": 320, "height": 320, "webp": "<path in media>", "jpeg": "<path in media>"}, ...]``, narrow to wide.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    public_id = PublicIdField()
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING, editable=False)
    original = models.FileField(_("file"), upload_to="originals/", storage=PrivateStorage(), blank=True)
    source_url = models.URLField(_("fetched from"), max_length=1000, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, editable=False)
    alt_zh = models.CharField(_("description (Chinese)"), max_length=200, blank=True)
    alt_en = models.CharField(_("description (English)"), max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    tint = models.CharField(
        max_length=7, default="#e7e5e4", editable=False, help_text=_("Mean colour, shown while loading.")
    )
    renditions: Any = models.JSONField(default=list, editable=False)
    # of the original bytes: the same file is kept once
    digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-id"]

    def __str__(self) -> str:
        from core.texts import text

        return text(self, "alt") or self.public_id

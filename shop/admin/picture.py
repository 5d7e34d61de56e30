"""Pictures: upload, see what became of them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from core import clock, duework
from shop import imaging, roles
from shop.admin.base import TenantAdmin
from shop.admin.showing import ago, dot, thumb, two_lines
from shop.models import Picture

_DOTS = {Picture.State.READY: "good", Picture.State.WAITING: "moving", Picture.State.FAILED: "bad"}


class UploadForm(forms.ModelForm):
    upload = forms.FileField(
        label=_("file"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("JPEG, PNG, WebP or GIF, 10 MB and 25 megapixels at most."),
    )

    def clean_upload(self) -> bytes:
        return checked_upload(self.cleaned_data["upload"])


def checked_upload(file: Any) -> bytes:
    """The bytes of an uploaded picture. Raises ValidationError when it is none that can be shown."""
    if file.size > imaging.LARGEST_FILE:
        raise ValidationError(_("The file is larger than 10 MB."))
    content: bytes = file.read()
    try:
        imaging.check(content)
    except imaging.NoPicture as error:
        raise ValidationError(str(error)) from None
    return content


@admin.register(Picture)
class PictureAdmin(TenantAdmin):
    area = roles.CATALOGUE
    add_form = UploadForm
    list_display = ("shown", "size", "state_shown", "origin", "since")
    list_filter = ("state",)
    search_fields = ("alt_zh", "alt_en", "public_id")
    readonly_fields = ("large", "size", "state_shown", "origin", "since")
    add_fieldsets = ((None, {"fields": ("upload", ("alt_zh", "alt_en"))}),)
    fieldsets = (
        (
            None,
            {
                "fields": ("large", ("alt_zh", "alt_en")),
                "description": _("Descriptions are read out to people who do not see the picture."),
            },
        ),
        (_("File"), {"fields": (("size", "state_shown"), ("origin", "since"))}),
    )
    actions = ("try_again",)

    class Media:
        css = {"all": ("shop/admin.css",)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        alt = {name: form.cleaned_data[name] for name in ("alt_zh", "alt_en")}
        kept = imaging.add_picture(obj.store, form.cleaned_data["upload"], **alt)
        # The same file is kept once: then this is the page of the picture that is there already.
        obj.__dict__.update(kept.__dict__)

    @admin.action(description=_("Try the failed ones again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: Any) -> None:
        count = 0
        for picture in queryset.filter(state=Picture.State.FAILED):
            changed = Picture.objects.filter(pk=picture.pk, state=Picture.State.FAILED).update(
                state=Picture.State.WAITING, due_at=clock.now(), done_at=None, parked_at=None, attempts=0
            )
            count += changed
            duework.ring(picture)
        self.message_user(request, _("%(count)s pictures are tried again.") % {"count": count})

    @admin.display(description=_("picture"))
    def shown(self, picture: Picture) -> SafeString:
        return two_lines(picture, picture.public_id, thumb(picture, 48))

    @admin.display(description=_("picture"))
    def large(self, picture: Picture) -> SafeString:
        return thumb(picture, 240)

    @admin.display(description=_("size"))
    def size(self, picture: Picture) -> SafeString | str:
        return format_html('<span class="num">{} × {}</span>', picture.width, picture.height) if picture.width else "–"

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, picture: Picture) -> SafeString:
        text = picture.get_state_display()
        return dot(_DOTS[Picture.State(picture.state)], f"{text}: {picture.note}" if picture.note else text)

    @admin.display(description=_("from"))
    def origin(self, picture: Picture) -> str:
        return picture.source_url or str(_("uploaded"))

    @admin.display(description=_("since"), ordering="created_at")
    def since(self, picture: Picture) -> SafeString | str:
        return ago(picture.created_at)

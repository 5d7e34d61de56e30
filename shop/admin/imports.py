"""Product files: upload, see what they would do, import, read the report."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget

from core import clock, duework
from core.ids import public_id
from shop import importing, roles, shopify_csv
from shop.admin.base import TenantAdmin
from shop.admin.showing import ago, dot, two_lines
from shop.models import Picture, ProductImport

_State = ProductImport.State
_DOTS = {
    _State.PLANNING: "moving",
    _State.PLANNED: "todo",
    _State.IMPORTING: "moving",
    _State.DONE: "good",
    _State.FAILED: "bad",
}
_ROWS_SHOWN = 500


class ImportForm(forms.ModelForm):
    class Meta:
        widgets = {
            "file": UnfoldAdminFileFieldWidget({"accept": ".csv,text/csv"}),
            "mode": UnfoldAdminRadioSelectWidget,
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > shopify_csv.LARGEST_FILE:
            raise ValidationError(
                _("The file is larger than %(most)s MB.") % {"most": shopify_csv.LARGEST_FILE // 1024 // 1024}
            )
        self.instance.name = PurePath(file.name).name[:120]
        # What the sender called the file decides nothing about where it lies.
        file.name = f"{public_id()}.csv"
        return file


@admin.register(ProductImport)
class ProductImportAdmin(TenantAdmin):
    area = roles.CATALOGUE
    form = ImportForm
    list_display = ("named", "state_shown", "result", "uploaded")
    list_filter = ("state",)
    list_select_related = ("created_by", "store")
    search_fields = ("name",)
    ordering = ("-id",)
    radio_fields = {"mode": admin.VERTICAL}
    change_form_template = "admin/shop/productimport/change_form.html"
    fieldsets = (
        (
            None,
            {
                "fields": ("file", "mode"),
                "description": _(
                    "A product file in Shopify's CSV format. First you see what it would do; nothing is changed until you say so."
                ),
            },
        ),
    )

    class Media:
        css = {"all": ("shop/admin.css",)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What was uploaded stays as it was; starting the import is a button of its own.
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/progress/", wrap(self.progress), name="shop_productimport_progress"),
            path("<path:object_id>/start/", wrap(self.start), name="shop_productimport_start"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        obj.created_by, obj.due_at = request.user, clock.now()
        super().save_model(request, obj, form, change)
        duework.ring(obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:shop_productimport_change", args=(obj.pk,)))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        if obj is not None:
            context |= self._shown(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def progress(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The part of the page that changes; it asks for itself again while there is work going on."""
        row = self.get_object(request, unquote(object_id))
        return TemplateResponse(request, "admin/shop/productimport/progress.html", self._shown(request, row))

    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say yes to the plan."""
        row = self.get_object(request, unquote(object_id))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not super().has_change_permission(request, row):
            raise PermissionDenied
        if importing.start_importing(row):
            self.log_change(request, row, "import")
        else:
            self.message_user(request, _("This file is not waiting to be imported."), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:shop_productimport_change", args=(row.pk,)))

    def _shown(self, request: HttpRequest, row: ProductImport) -> dict[str, Any]:
        report = row.report or {}
        rows = report.get("rows", [])
        done = row.state == _State.DONE
        # Fetching pictures goes on after the import, in the worker.
        pictures = Picture.objects.filter(store=row.store_id, created_at__gte=row.created_at).exclude(source_url="")
        unfetched = list(pictures.filter(state=Picture.State.FAILED)[:_ROWS_SHOWN]) if done else []
        return {
            "row": row,
            "report": report,
            "rows": rows[:_ROWS_SHOWN],
            "rows_left": max(len(rows) - _ROWS_SHOWN, 0),
            "errors": sum(1 for entry in rows if entry["level"] == "error"),
            "unfetched": unfetched,
            "fetching": pictures.filter(state=Picture.State.WAITING).count() if done else 0,
            "working": row.state in (_State.PLANNING, _State.IMPORTING) and row.parked_at is None,
            "stuck": row.parked_at is not None,
            "may_start": row.state == _State.PLANNED and super().has_change_permission(request, row),
            "nothing": row.state == _State.PLANNED and not report.get("created") and not report.get("updated"),
            "refused": row.mode == ProductImport.Mode.ALL_OR_NOTHING and bool(report.get("failed")),
        }

    @admin.display(description=_("file"))
    def named(self, row: ProductImport) -> SafeString:
        return two_lines(row, row.created_by or "")

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, row: ProductImport) -> SafeString:
        if row.parked_at is not None:
            return dot("bad", _("stopped: needs a person"))
        text = row.get_state_display()
        return dot(
            _DOTS[_State(row.state)], f"{text} {row.progress} %" if _DOTS[_State(row.state)] == "moving" else text
        )

    @admin.display(description=_("products"))
    def result(self, row: ProductImport) -> SafeString | str:
        report = row.report
        if not report:
            return "–"
        return format_html(
            str(_("{} new, {} changed, {} as they were, {} with errors")),
            report["created"], report["updated"], report["unchanged"], report["failed"],
        )  # fmt: skip

    @admin.display(description=_("uploaded"), ordering="created_at")
    def uploaded(self, row: ProductImport) -> SafeString | str:
        return ago(row.created_at)

"""Cursor pages: stable while rows come in, and as quick on page 1,000 as on page 1.

A cursor is the place of the page's last row in the order (its columns, the primary key last), so the next page is one comparison away
and equal values (a thousand products at one price) make no difference. It is encrypted, for it holds primary keys, which would tell
how much a store sells; the same place always gives the same cursor, so that unchanged pages keep their ETag.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

LONGEST_CURSOR = 500


class CursorPages(BasePagination):
    """``{"results": [...], "next": "<cursor>" | null}``; the cursor goes back as ``?cursor=``.

    ``ordering`` names columns that are never null; the primary key is added as the last one. Subclass it, or set it on an instance.
    """

    page_size = 20
    max_page_size = 50
    page_size_query_param = "page_size"
    cursor_query_param = "cursor"
    ordering: str | Sequence[str] = "-id"

    _next: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page that was asked for. Raises ValidationError for a cursor or size that makes no sense."""
        columns = self._columns()
        size = self._size(request)
        cursor = request.query_params.get(self.cursor_query_param, "")
        rows_after = queryset.order_by(*columns)
        if cursor:
            rows_after = rows_after.filter(_after(columns, self._read(cursor, columns, queryset)))
        rows = list(rows_after[: size + 1])
        self._next = self._write(rows[size - 1], columns) if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.page(data))

    def page(self, results: Any) -> dict[str, Any]:
        """The page as a plain document."""
        return {"results": results, "next": self._next}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": {"type": ["string", "null"]}},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "page_size", "in": "query", "required": False, "schema": size},
        ]

    def _columns(self) -> list[str]:
        columns = [self.ordering] if isinstance(self.ordering, str) else list(self.ordering)
        if columns[-1].lstrip("-") not in ("id", "pk"):
            columns.append("-pk")
        return columns

    def _size(self, request: Request) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not given.isascii() or not given.isdigit() or len(given) > 9 or not 1 <= int(given) <= self.max_page_size:
            message = _("A whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise ValidationError({self.page_size_query_param: [message]})
        return int(given)

    def _write(self, row: Any, columns: list[str]) -> str:
        place = [getattr(row, column.lstrip("-")) for column in columns]
        plain = json.dumps(place, cls=DjangoJSONEncoder).encode()
        sealed = _cipher(settings.SECRET_KEY).encrypt(plain, [",".join(columns).encode()])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def _read(self, cursor: str, columns: list[str], queryset: "QuerySet[Any]") -> list[Any]:
        try:
            if len(cursor) > LONGEST_CURSOR:
                raise ValueError
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            place = json.loads(_cipher(settings.SECRET_KEY).decrypt(sealed, [",".join(columns).encode()]))
        except (ValueError, InvalidTag):
            raise ValidationError({self.cursor_query_param: [_("This is no cursor of this list.")]}) from None
        meta = queryset.model._meta
        fields = [meta.pk if column.lstrip("-") == "pk" else meta.get_field(column.lstrip("-")) for column in columns]
        return [field.to_python(value) for field, value in zip(fields, place)]


@lru_cache(maxsize=2)
def _cipher(secret: str) -> AESSIV:
    return AESSIV(hashlib.sha512(b"core.pagination:" + secret.encode()).digest())


def _after(columns: list[str], place: list[Any]) -> Q:
    """What comes after that place: by the first column, or level there and after it by the others."""
    name, way = columns[0].lstrip("-"), "lt" if columns[0].startswith("-") else "gt"
    beyond = Q(**{f"{name}__{way}": place[0]})
    if len(columns) == 1:
        return beyond
    # The plain comparison on the first column is implied; it is what an index can be entered by.
    return Q(**{f"{name}__{way}e": place[0]}) & (beyond | _after(columns[1:], place[1:]))

"""Cursor pages: stable while rows come in, and as quick on page 1,000 as on page 1."""

from typing import Any
from urllib.parse import parse_qs, urlparse

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class CursorPages(CursorPagination):
    """``{"results": [...], "next": "<cursor>" | null}``; the cursor goes back as ``?cursor=``."""

    page_size = 20
    max_page_size = 50
    page_size_query_param = "page_size"
    ordering = "-id"

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.document(data))

    def document(self, results: Any) -> dict[str, Any]:
        """The page as a plain document."""
        link = self.get_next_link()
        cursor = parse_qs(urlparse(link).query)["cursor"][0] if link else None
        return {"results": results, "next": cursor}

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": {"type": ["string", "null"]}},
        }

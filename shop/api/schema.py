"""How the API is described: the shopper's token, and the problem documents that every call may answer with."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from core.problems import CONTENT_TYPE

_MEANINGS = {
    400: "A value cannot be accepted; `errors` names the fields.",
    401: "No token, or one that is not valid here.",
    403: "Not allowed.",
    404: "There is no such thing in this store, or it is somebody else's.",
    405: "Not with this method.",
    409: "The state of things does not allow it (any more).",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The Idempotency-Key was used for another request.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    502: "A provider refused.",
    503: "Busy, or a provider does not answer; try again.",
}


class BearerScheme(OpenApiAuthenticationExtension):
    """How the token is shown in the API's documentation."""

    target_class = "shop.tokens.ShopperTokenAuthentication"
    name = "shopperToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class ProblemShape(serializers.Serializer[Any]):
    """A problem document (RFC 9457). ``type`` is stable; further members depend on it."""

    type = serializers.CharField(help_text="`/problems/<slug>`")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        # Not in the class body: Serializer has a property of that name.
        messages = serializers.ListField(child=serializers.CharField())
        errors = serializers.DictField(child=messages, required=False, help_text="Messages by field.")
        return {**super().get_fields(), "errors": errors}


def problems(*statuses: int) -> dict[Any, Any]:
    """The entries of ``extend_schema(responses=...)`` for these problems."""
    return {(status, CONTENT_TYPE): OpenApiResponse(ProblemShape, description=_MEANINGS[status]) for status in statuses}

"""Errors of the API as problem documents (RFC 9457), with a stable ``type``."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"
BUSY_SECONDS = 2


class Problem(exceptions.APIException):
    """An error with a type that clients can rely on: ``raise Problem("stock-short", 409, _("Not enough stock"), lines=[...])``.

    ``members`` are further members of the document; ``errors`` maps a field to its messages.
    """

    def __init__(self, kind: str, status: int, title: Any, detail: Any = "", **members: Any) -> None:
        self.kind, self.status_code, self.title, self.members = kind, status, title, members
        super().__init__(detail or title)

    def document(self) -> dict[str, Any]:
        return {
            "type": f"/problems/{self.kind}",
            "title": str(self.title),
            "status": self.status_code,
            "detail": str(self.detail),
            **self.members,
        }


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every answer that is not a success is a problem document."""
    problem = as_problem(error)
    if problem is None:
        return None
    response = Response(problem.document(), status=problem.status_code, content_type=CONTENT_TYPE)
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(int(getattr(error, "wait", None) or BUSY_SECONDS) + 1)
    if problem.status_code == 503:
        response["Retry-After"] = str(BUSY_SECONDS)
    if problem.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def as_problem(error: Exception) -> Problem | None:
    """The problem that says what this error means to a client; None for what is a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404 | exceptions.NotFound):
        return Problem("not-found", 404, _("There is no such thing here."))
    if isinstance(error, exceptions.ValidationError):
        return Problem("invalid", 400, _("Some values cannot be accepted."), errors=flatten(error.detail))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Problem("not-authenticated", 401, _("Log in first."))
    if isinstance(error, exceptions.PermissionDenied | PermissionDenied):
        return Problem("forbidden", 403, _("You may not do this."))
    if isinstance(error, exceptions.Throttled):
        return Problem("too-many-requests", 429, _("Too many requests. Try again in a moment."))
    if isinstance(error, exceptions.MethodNotAllowed):
        return Problem("method-not-allowed", 405, _("This cannot be done here."))
    if isinstance(error, exceptions.UnsupportedMediaType):
        return Problem("unsupported-media-type", 415, _("Send JSON."))
    if isinstance(error, exceptions.NotAcceptable):
        return Problem("not-acceptable", 406, _("Only JSON is served here."))
    if isinstance(error, exceptions.ParseError):
        return Problem("malformed", 400, _("The request cannot be read."), error.detail)
    if isinstance(error, OperationalError) and _is_contention(error):
        return Problem("busy", 503, _("Very busy. Try again in a moment."))
    return None


def _is_contention(error: OperationalError) -> bool:
    # lock_not_available, deadlock_detected, too_many_connections, query_canceled
    return getattr(error.__cause__, "sqlstate", None) in {"55P03", "40P01", "53300", "57014"}


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested error detail as one level: ``{"lines.0.quantity": ["..."]}``."""
    if isinstance(detail, dict):
        pairs = [(str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        pairs = [(str(index), value) for index, value in enumerate(detail) if value]
    else:
        messages = detail if isinstance(detail, list) else [detail]
        return {prefix or "body": [str(message) for message in messages]}
    flat: dict[str, list[str]] = {}
    for key, value in pairs:
        flat |= flatten(value, f"{prefix}.{key}" if prefix else key)
    return flat


def problem_response(problem: Problem) -> JsonResponse:
    """The problem as a plain Django response, for middleware and error views."""
    return JsonResponse(problem.document(), status=problem.status_code, content_type=CONTENT_TYPE)


def wants_problem(request: HttpRequest) -> bool:
    """Whether the caller of this path is a program."""
    return request.path.startswith(("/api/", "/notify/"))

"""What happens to the requests of programs before a view sees them: a limit to their size, and PATCH for those that cannot send it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core.problems import Problem, problem_response, wants_problem


class RequestBodyLimit:
    """Refuses oversized bodies of the API and of notifications before anything reads them (``settings.API_BODY_LIMIT``, bytes)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if wants_problem(request) and self._is_too_large(request):
            return problem_response(Problem("too-large", 413, _("The request is too large.")))
        return self.get_response(request)

    def _is_too_large(self, request: HttpRequest) -> bool:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return len(request.read(settings.API_BODY_LIMIT + 1)) > 0
        try:
            return int(request.META.get("CONTENT_LENGTH") or 0) > settings.API_BODY_LIMIT
        except ValueError:
            return True


class PatchByPost:
    """Takes a POST to the API with ``X-HTTP-Method-Override: PATCH`` for a PATCH: WeChat's ``wx.request`` cannot send one.

    No other method can be asked for like this.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and wanted == "PATCH" and wants_problem(request):
            request.method = "PATCH"
            request.META["REQUEST_METHOD"] = "PATCH"
        return self.get_response(request)

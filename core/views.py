"""A health check, and problem documents where no view answers."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from core.problems import Problem, problem_response


def health(request: HttpRequest) -> JsonResponse:
    """200 while this process can reach its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


@csrf_exempt
def no_such_route(request: HttpRequest) -> JsonResponse:
    """404 as a problem document for paths of the API that do not exist."""
    return problem_response(Problem("not-found", 404, _("There is no such thing here.")))

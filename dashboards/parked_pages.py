"""The page of parked work, and taking rows of it back to work."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import duework, heartbeat
from dashboards import parked
from dashboards.access import actor, ops_page
from dashboards.views import page_context


@ops_page
def parked_work(request: HttpRequest) -> HttpResponse:
    """Everything that was set aside, of the stores in scope. ``?page=`` turns the page."""
    context = page_context(
        request,
        title=_("Parked work"),
        page=parked.page(request, request.GET.get("page")),
        several_stores=len(request.stores) > 1,  # type: ignore[attr-defined]
        worker_alive=heartbeat.is_alive(),
    )
    return render(request, "dashboards/parked.html", context)


@ops_page
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Take the ticked rows back to work: first which they are, then, confirmed, a result by row."""
    rows = parked.chosen(request, request.POST.getlist("row"))
    if not rows:
        raise Http404
    if request.POST.get("confirmed") != "yes":
        return render(request, "dashboards/parked_retry.html", page_context(request, title=_("Try again"), rows=rows))
    results = [(row, duework.retry(row.row, actor(request))) for row in rows]
    good = sum(taken for _row, taken in results)
    title = ngettext("%(count)d row is tried again", "%(count)d rows are tried again", good) % {"count": good}
    return render(request, "dashboards/parked_result.html", page_context(request, title=title, results=results))

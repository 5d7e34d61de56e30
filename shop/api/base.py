"""What every view of the API shares: the store of the path, its scope, the language."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import translation
from django_scopes import scope
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from core.texts import EN, ZH
from shop.models import Shopper, Store


class StoreAPIView(APIView):
    """A view under ``/api/v1/stores/{store}/``. Everything in it runs in the scope of that store; the caller is ``self.shopper``."""

    store: Store
    # What a shopper reads is nobody else's business.
    cache_control = "private, no-store"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        store = Store.objects.filter(slug=kwargs.get("store", ""), is_open=True).select_related("logo").first()
        if store is None:
            return super().dispatch(request, *args, **kwargs)  # ends in `initial`, as a problem document
        self.store = store
        with scope(store=store), translation.override(self._language(request)):
            response = super().dispatch(request, *args, **kwargs)
            response.headers["Content-Language"] = translation.get_language() or EN
            return response

    def perform_authentication(self, request: Any) -> None:
        if not hasattr(self, "store"):
            raise Http404
        super().perform_authentication(request)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Vary"] = "Accept-Language, Authorization"
        response.headers["Cache-Control"] = self.cache_control
        return response

    @property
    def shopper(self) -> Shopper:
        """The shopper who calls. Only where the view requires one."""
        shopper: Shopper = self.request.user  # type: ignore[assignment]
        return shopper

    def _language(self, request: HttpRequest) -> str:
        """The language asked for, if the store speaks it; else the store's own."""
        for part in request.headers.get("Accept-Language", "").lower().split(","):
            tag = part.split(";")[0].strip()
            language = ZH if tag.startswith("zh") else EN if tag.startswith("en") else None
            if language in self.store.languages:
                return str(language)
        return self.store.default_language


class PublicStoreAPIView(StoreAPIView):
    """A view that needs no shopper, and does not look for one."""

    # Kept, but asked for again: unchanged it costs a 304.
    cache_control = "no-cache"
    authentication_classes = ()
    permission_classes = (AllowAny,)


def found(rows: "QuerySet[Any]", public_id: str) -> Any:
    """The row of that public id, or a 404: of other stores and shoppers there is nothing to be seen."""
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row

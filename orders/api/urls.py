"""URLs of the orders' part of the API, below ``/api/v1/stores/{store}/``."""

from django.urls import path

from orders.api import carts, orders

urlpatterns = [
    path("cart", carts.CartView.as_view(), name="api-cart"),
    path("cart/lines", carts.CartLinesView.as_view(), name="api-cart-lines"),
    path("cart/lines/<slug:line>", carts.CartLineView.as_view(), name="api-cart-line"),
    path("quote", carts.QuoteView.as_view(), name="api-quote"),
    path("orders", orders.OrdersView.as_view(), name="api-orders"),
    path("orders/counts", orders.OrderCountsView.as_view(), name="api-order-counts"),
    path("orders/<slug:order>", orders.OrderView.as_view(), name="api-order"),
    path("orders/<slug:order>/cancel", orders.CancelView.as_view(), name="api-order-cancel"),
    path("orders/<slug:order>/receive", orders.ReceiveView.as_view(), name="api-order-receive"),
    path("orders/<slug:order>/reorder", orders.ReorderView.as_view(), name="api-order-reorder"),
    path("orders/<slug:order>/parcels/<slug:parcel>", orders.ParcelView.as_view(), name="api-parcel"),
]

from orders.models.cart import CartLine
from orders.models.order import Duty, Order, OrderLine
from orders.models.parcel import Parcel, ParcelLine, TrackingEvent

__all__ = ["CartLine", "Duty", "Order", "OrderLine", "Parcel", "ParcelLine", "TrackingEvent"]

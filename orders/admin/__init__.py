"""Orders and parcels in the admin: to look at. What is done to them is done on the ops board."""

from orders.admin import order, parcel

__all__ = ["order", "parcel"]

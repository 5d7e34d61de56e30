"""The pages on which merchants keep their store: one noun a module."""

from shop.admin import alert, category, home, imports, picture, product, shopper, staff, stock, store

__all__ = ["alert", "category", "home", "imports", "picture", "product", "shopper", "staff", "stock", "store"]

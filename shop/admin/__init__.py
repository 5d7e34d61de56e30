"""The pages on which merchants keep their store: one noun a module."""

from shop.admin import category, home, imports, picture, product, shopper, staff, stock, store

__all__ = ["category", "home", "imports", "picture", "product", "shopper", "staff", "stock", "store"]

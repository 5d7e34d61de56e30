"""Stores and staff, catalogue, stock, shoppers, media."""

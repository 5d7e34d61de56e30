"""Stripe over plain HTTP."""

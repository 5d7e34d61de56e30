"""A process that plays WeChat, WeChat Pay v3, Stripe and a carrier for development, demo and tests.

Shares no code with the rooms of the site: both sides are written from the providers' documentation, so that a
misreading on one side shows. See README.md for the calls.
"""

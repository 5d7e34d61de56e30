"""Ways to pay that no provider carries out: the store's own instructions, and staff who say what came in."""

"""Cart, quote, placing, order states, parcels and delivery tracking."""

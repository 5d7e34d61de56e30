"""Money: gateways, notification inbox, settling, polling, refunds of what was paid wrongly."""

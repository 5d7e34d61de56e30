"""WeChat Pay v3: signatures, keys, a thin client, and the gateway made of them."""

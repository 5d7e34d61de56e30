"""How fast it is, measured with public tools: ``python -m bench``."""

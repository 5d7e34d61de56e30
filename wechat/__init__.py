"""Client of the WeChat platform. No models."""

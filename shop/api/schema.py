"""How the shopper's token is described in the API's documentation."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerScheme(OpenApiAuthenticationExtension):
    """How the token is shown in the API's documentation."""

    target_class = "shop.tokens.ShopperTokenAuthentication"
    name = "shopperToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}

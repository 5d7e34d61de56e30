from shop.models.catalogue import Category, Option, OptionValue, Product, ProductPicture, Variant, VariantValue
from shop.models.home import HomeSection, SectionProduct
from shop.models.offline_method import OfflineMethod
from shop.models.picture import Picture
from shop.models.product_import import ProductImport
from shop.models.shopper import Address, Shopper, ShopperToken
from shop.models.stock import Stock, StockHold, StockMovement
from shop.models.store import StaffMembership, Store, StripeAccount, WeChatPayAccount

__all__ = [
    "Address",
    "Category",
    "HomeSection",
    "OfflineMethod",
    "Option",
    "OptionValue",
    "Picture",
    "Product",
    "ProductImport",
    "ProductPicture",
    "SectionProduct",
    "Shopper",
    "ShopperToken",
    "StaffMembership",
    "Stock",
    "StockHold",
    "StockMovement",
    "Store",
    "StripeAccount",
    "Variant",
    "VariantValue",
    "WeChatPayAccount",
]

"""URLs of the shop's part of the API, below ``/api/v1/stores/{store}/``."""

from django.urls import path

from shop.api import products, shoppers

urlpatterns = [
    path("store", products.StoreView.as_view(), name="api-store"),
    path("home", products.HomeView.as_view(), name="api-home"),
    path("categories", products.CategoriesView.as_view(), name="api-categories"),
    path("products", products.ProductsView.as_view(), name="api-products"),
    path("products/<slug:product>", products.ProductView.as_view(), name="api-product"),
    path("login", shoppers.LoginView.as_view(), name="api-login"),
    path("logout", shoppers.LogoutView.as_view(), name="api-logout"),
    path("addresses", shoppers.AddressesView.as_view(), name="api-addresses"),
    path("addresses/<slug:address>", shoppers.AddressView.as_view(), name="api-address"),
]

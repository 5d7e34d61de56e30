"""The ops boards."""

from django.urls import path

from dashboards import (
    actions,
    collecting,
    difference_pages,
    money_pages,
    parked_pages,
    refunds,
    views,
)

app_name = "dashboards"
urlpatterns = [
    path("", views.board, name="home"),
    path("queue/<slug:queue>/", views.board, name="queue"),
    path("orders/<slug:order>/", views.order_page, name="order"),
    path("orders/<slug:order>/slip/", views.slip, name="slip"),
    path("orders/<slug:order>/cancel/", actions.cancel, name="cancel"),
    path("orders/<slug:order>/settle/", actions.settle_problem, name="settle_problem"),
    path("payments/<slug:payment>/refund/", refunds.ask, name="refund"),
    path("refunds/", refunds.queue, name="refunds"),
    path("refunds/<str:number>/", refunds.page, name="refund_page"),
    path("refunds/<str:number>/agree/", refunds.agree, name="refund_agree"),
    path("refunds/<str:number>/refuse/", refunds.refuse, name="refund_refuse"),
    path("refunds/<str:number>/again/", refunds.ask_again, name="refund_again"),
    path("refunds/<str:number>/elsewhere/", refunds.redirect_refund, name="refund_redirect"),
    path("refunds/<str:number>/handled/", refunds.see_to, name="refund_handled"),
    path("orders/<slug:order>/came-back/", collecting.came_back, name="came_back"),
    path("payments/<slug:payment>/received/", collecting.received, name="received"),
    path("payments/<slug:payment>/give-back/", collecting.give_back, name="give_back"),
    path("refunds/<int:refund>/paid-back/", collecting.paid_back, name="paid_back"),
    path("refunds/<int:refund>/not-paid-back/", collecting.not_paid_back, name="not_paid_back"),
    path("parcels/<slug:parcel>/pack/", actions.pack, name="pack"),
    path("parcels/<slug:parcel>/unpack/", actions.unpack, name="unpack"),
    path("parcels/<slug:parcel>/split/", actions.split, name="split"),
    path("parcels/<slug:parcel>/ship/", actions.ship, name="ship"),
    path("parcels/<slug:parcel>/correct/", actions.correct, name="correct"),
    path("pack/", actions.pack_many, name="pack_many"),
    path("money/", money_pages.where_is_my_money, name="money"),
    path("money/orders/", money_pages.money_of_orders, name="money_orders"),
    path("differences/", difference_pages.differences_page, name="differences"),
    path("differences/explain/", difference_pages.explain, name="explain_differences"),
    path("differences/<slug:difference>/ask/", difference_pages.ask, name="ask_difference"),
    path("differences/<slug:difference>/book/", difference_pages.book, name="book_difference"),
    path("parked/", parked_pages.parked_work, name="parked"),
    path("parked/retry/", parked_pages.retry, name="parked_retry"),
    path("ship/", actions.ship_many, name="ship_many"),
]

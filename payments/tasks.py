"""The tasks of Celery that look after the providers. What is due for one payment, refund or day is a row, and core.tasks carries it out."""

from celery import shared_task

from payments import reconciling
from payments.wechatpay import certificates


@shared_task
def refresh_certificates() -> None:
    """Know the platform certificates of WeChat Pay before they are needed."""
    certificates.refresh_all()


@shared_task
def reconcile() -> None:
    """Enter the days that are to be compared with statements, and look again at those with open differences."""
    reconciling.plan()
    reconciling.recheck()

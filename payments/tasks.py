"""The tasks of Celery that look after the providers. What is due for one payment or refund is a row, and core.tasks carries it out."""

from celery import shared_task

from payments.wechatpay import certificates


@shared_task
def refresh_certificates() -> None:
    """Know the platform certificates of WeChat Pay before they are needed."""
    certificates.refresh_all()

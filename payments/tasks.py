"""The tasks of this room for beat."""

from celery import shared_task

from payments import reconciling


@shared_task
def reconcile() -> None:
    """Enter the days that are to be compared, and look again at those with open differences. The days themselves are due work."""
    reconciling.plan()
    reconciling.recheck()

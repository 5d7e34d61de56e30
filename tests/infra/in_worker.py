"""What a worker of these tests is started with: the tasks, and their handler in the place of the one that makes renditions.

A module of its own, which no test imports: in the process of the tests pictures are made ready as ever.
"""

from datetime import timedelta

from core import duework
from shop.models import Picture
from tests.infra.tasks import carry_out

# A short lease, so that another worker soon takes over from one that was killed.
duework._registered[Picture, ""] = duework.Registration(carry_out, lease=timedelta(seconds=2), max_attempts=8)

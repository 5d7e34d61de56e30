"""Where files lie: renditions are public; what people sent in, as they sent it, is not."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible
class PrivateStorage(FileSystemStorage):
    """A folder beside the media folder that nobody serves.

    Originals of pictures carry where and with what they were taken; product files carry what the merchant has not published yet.
    """

    def __init__(self) -> None:
        super().__init__(base_url=None)

    @property
    def base_location(self) -> str:  # read anew, so that tests can move it
        return str(Path(settings.MEDIA_ROOT).parent / "private")

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute())

    def url(self, name: str | None) -> str:
        raise ValueError("this file has no address")

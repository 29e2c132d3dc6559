"""Uploads that are too large for memory are written to the work folder of the data, which is made when needed."""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class ToWorkFolder(TemporaryFileUploadHandler):
    """Django's own, with a folder of ours."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = _Waiting(self.file_name, self.content_type, 0, self.charset, self.content_type_extra)


class _Waiting(TemporaryUploadedFile):
    def __init__(
        self, name: str, content_type: str, size: int, charset: str | None, content_type_extra: dict[str, str] | None
    ) -> None:
        settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=settings.WORK_DIR)  # noqa: SIM115  closed with the upload
        super(TemporaryUploadedFile, self).__init__(file, name, content_type, size, charset, content_type_extra)

"""Receives uploads without trusting their length: what is over the limit is read and thrown away.

The request is read to its end, so that the browser gets an answer in words instead of a broken connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

DRAIN_LIMIT = 2 * 2**30  # bytes of a request that are read at all
FILES_LIMIT = 4  # times the limit of one file, kept of all files of a request


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keeps at most ``UPLOAD_LIMIT`` bytes of each file, and marks a longer one ``too_large``."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.total = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > DRAIN_LIMIT:
            raise RequestDataTooBig("the request is longer than anything that is read here")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.total += len(raw_data)
        over = (
            start + len(raw_data) > settings.UPLOAD_LIMIT or self.total > FILES_LIMIT * settings.UPLOAD_LIMIT
        )
        if over:
            cast(Any, self.file).too_large = True
        else:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        self.file.seek(0)
        self.file.size = file_size
        return self.file


def is_too_large(upload: UploadedFile[Any]) -> bool:
    return bool(getattr(upload, "too_large", False)) or (upload.size or 0) > settings.UPLOAD_LIMIT

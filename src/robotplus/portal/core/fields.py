"""A column for documents that are named by their digest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Base = models.JSONField  # what may be assigned
else:
    Base = models.TextField


class ExactJSONField(Base):
    """JSON kept as the text it was written as, so that it reads back the same to the last sign.

    PostgreSQL's own JSON type keeps numbers as decimals: -0.0 comes back as 0.0 and 1e22 as a whole number, and
    a digest taken before no longer fits. Keys cannot be searched in the database.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def value_to_string(self, obj: models.Model) -> str | None:  # type: ignore[override]
        return self.get_prep_value(self.value_from_object(obj))

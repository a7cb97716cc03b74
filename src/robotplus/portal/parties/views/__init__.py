"""Pages of people (``me``), organisations and their members, and the inbox."""

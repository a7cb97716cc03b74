"""Formats where ours differ from Django's."""

"""Anything demanded."""

"""Ways to reach a person. An adapter is a class with ``send``; the deployer names it by its import path."""

from __future__ import annotations

import os
import sys
from typing import Protocol

from django.utils.module_loading import import_string


class Channel(Protocol):
    def send(self, address: str, text: str) -> None: ...


class ConsoleChannel:
    """Prints; for one machine and for tests."""

    def send(self, address: str, text: str) -> None:
        print(f"[to {address}] {text}", file=sys.stderr)


def sms() -> Channel:
    """The channel for text messages, from ``SMS_CHANNEL``."""
    found: type[Channel] = import_string(
        os.environ.get("SMS_CHANNEL", "robotplus.portal.parties.channels.ConsoleChannel")
    )
    return found()


def wecom() -> Channel:
    """The channel for WeCom, from ``WECOM_CHANNEL``."""
    found: type[Channel] = import_string(
        os.environ.get("WECOM_CHANNEL", "robotplus.portal.parties.channels.ConsoleChannel")
    )
    return found()

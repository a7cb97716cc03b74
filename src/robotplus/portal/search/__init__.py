"""One search over needs, offers and models."""

"""Who takes part: persons, organisations and the grants that join them."""

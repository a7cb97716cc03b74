"""What a party supplies, on its terms."""

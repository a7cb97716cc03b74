"""What changes people, organisations and memberships; one module a verb's subject."""

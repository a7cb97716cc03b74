"""What parties agree and carry out."""

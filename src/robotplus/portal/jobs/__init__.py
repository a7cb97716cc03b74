"""Long work that no killed process loses."""

"""A need joined to what answers it, with the reasons."""

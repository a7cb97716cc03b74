"""Pages that belong to no single noun, the base templates and the built front end."""

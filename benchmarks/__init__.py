"""Benchmarks and validations: every figure the documents quote has a command here that prints it."""

"""Something public with targets that are followed."""

"""Chinese figures as business writes them: digits in threes (Django groups them in fours)."""

NUMBER_GROUPING = 3
THOUSAND_SEPARATOR = ","

"""Pages of the desk: decisions, reports, the funnel, the log, and who else works here."""

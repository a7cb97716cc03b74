"""The operator's and the officials' pages: what waits, featuring, reports, the funnel and its exports."""

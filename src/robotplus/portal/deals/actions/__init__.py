"""Changes to deals, one module a verb: inquire, quote, move, talk, accept, settle, review, follow up."""

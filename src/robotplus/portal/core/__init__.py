"""What every noun stands on: event log, documents, revisions, areas and the reader of a request."""

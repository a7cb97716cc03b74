"""Models: robots and parts as facts, versioned by hash, owned by nobody."""

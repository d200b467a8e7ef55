"""A Document becomes a Letter: layout, zones, then each field from its zone."""

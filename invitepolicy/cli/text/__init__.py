"""What the verbs print in a terminal."""

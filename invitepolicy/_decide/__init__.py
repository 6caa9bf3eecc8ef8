"""A policy, a record and an instant: the answer."""

"""Values and notation: what a policy, a record and a problem are."""

"""YAML to a policy, or every problem of the file."""

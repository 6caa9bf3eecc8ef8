"""A list of invitations: what to do now, what comes up, what it cost."""

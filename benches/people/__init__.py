"""People as the shipped server serves them: ringing, messages that are stored, who does not read, who comes back."""

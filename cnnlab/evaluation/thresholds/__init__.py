"""One class against the rest: its curves, and from which probability on to say it."""

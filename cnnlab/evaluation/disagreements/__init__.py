"""The same test images through several networks: where they disagree, who is right, and what they reach together."""

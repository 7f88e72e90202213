"""The feature space of a network: pictures of it, how well classes part in it, and what lies outside of it."""

"""The Neocognitron's cells, and how their planes organise themselves."""

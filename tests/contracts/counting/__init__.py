"""A registry of tasks for one test: counting dots, whose targets are ragged and whose outputs have no names."""

"""Sub-groups of a split: for whom a network works less well, whether that is more than chance, and what to do."""

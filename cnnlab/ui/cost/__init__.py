"""What a run cost, in words and on pages; how long its network takes to answer."""

"""Images that are there twice, above all in two splits: the same bytes, the same pixels, or nearly."""

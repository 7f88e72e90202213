"""How the outputs of a run's network are read for new images: with what was found on validation and kept."""

"""CNN Lab: train, compare and explain convolutional networks, with evidence beside every explanation."""

__version__ = "0.1.0"

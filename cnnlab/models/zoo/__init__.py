"""torchvision's networks made fit for any image and for being explained, under torchvision's own weight names.

So its published weights load, and an unmodified network computes what torchvision's does.
"""

"""``python -m cnnlab``: every button of the dashboard as a command."""

import sys

from cnnlab.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""Home: the promise, one button that keeps it, the latest runs, this machine."""

from cnnlab.ui import frame
from cnnlab.ui.home import page

frame.guard()

page.invitation()
page.latest_runs()
page.machine()

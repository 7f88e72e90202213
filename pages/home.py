"""Home: the promise, one button that keeps it, the latest runs, this machine."""

from cnnlab.ui import frame, home_page

frame.guard()

home_page.invitation()
home_page.latest_runs()
home_page.machine()

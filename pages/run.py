"""One run: what it is, how it goes, what came out. Its address is /run?run=ID."""

from cnnlab.ui import frame, polling
from cnnlab.ui.run import page

frame.guard()

page.way_back()
run_id = page.requested_id()
if page.is_there(run_id):
    polling.follow(lambda: page.read(run_id), page.draw)

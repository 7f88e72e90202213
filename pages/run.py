"""One run: what it is, how it goes, what came out. Its address is /run?run=ID."""

from cnnlab.ui import frame, polling, run_page

frame.guard()

run_page.way_back()
run_id = run_page.requested_id()
polling.follow(lambda: run_page.read(run_id), run_page.draw)

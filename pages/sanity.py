"""Sanity check: do the maps of a run change when its network forgets? Its address is /sanity?run=ID&method=a,b."""

from cnnlab.ui import frame
from cnnlab.ui.sanity import page

frame.guard()

page.head()
run = page.choose_run()
if run:
    page.draw(run)

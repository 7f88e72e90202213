"""Explain: a run, one image, what the network says of it, and what that rests on. Its address is /explain?run=ID."""

from cnnlab.ui import frame
from cnnlab.ui.explain import page

frame.guard()

page.head()
run = page.choose_run()
shown = page.choose_image(run) if run else None
if run and shown:
    page.draw(run, shown)

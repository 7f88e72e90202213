"""Explain: runs, images, what the networks say of them, and what that rests on. Its address is /explain?run=ID."""

from cnnlab.ui import frame
from cnnlab.ui.explain import page

frame.guard()

page.head()
runs = page.choose_runs()
subjects = page.choose_images(runs) if runs else []
if subjects:
    page.draw(runs, subjects)

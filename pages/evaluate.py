"""Evaluate: how good a network is, where it fails and whom. Its address is /evaluate?run=ID&view=NAME."""

from cnnlab.ui import frame
from cnnlab.ui.evaluate import page

frame.guard()

page.head()
run = page.choose_run()
case = page.read(run) if run else None
if case:
    page.draw(case)

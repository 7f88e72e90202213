"""Train: an experiment in three steps, checked as it is set. Its address is /train?draft=ID."""

from cnnlab.ui import frame
from cnnlab.ui.train import page

frame.guard()

form = page.opened()
page.head(form)
page.draw(form)

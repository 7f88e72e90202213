"""Timeline: maps of the same images by epoch, of one to four runs. Its address is /timeline?run=ID,ID&epoch=N."""

from cnnlab.ui import frame
from cnnlab.ui.timeline import page

frame.guard()

page.head()
runs = page.choose_runs()
if runs:
    page.draw(runs)

"""Runs: all of them, filtered and sorted; select some to open, compare, stop or delete."""

from cnnlab.ui import frame, mlflow_link
from cnnlab.ui.runs import page

frame.guard()

page.head()
page.draw()
mlflow_link.draw([])

"""Why did it fail?: a network's mistakes and near misses as cards. Its address is /mistakes?run=ID or …&index=N."""

from cnnlab.ui import frame
from cnnlab.ui.mistakes import page

frame.guard()

page.head()
run = page.choose_run()
case = page.read(run) if run else None
if case:
    page.draw(case)

"""Compare: two to ten runs side by side. Its address is /compare?runs=ID,ID."""

from cnnlab.ui import frame, mlflow_link
from cnnlab.ui.compare import page

frame.guard()

runs = page.choose()
if runs:
    page.draw(runs)
    mlflow_link.draw(runs)

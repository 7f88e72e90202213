"""Predict: what a trained network says of new images. Its address is /predict?run=ID."""

from cnnlab.ui import frame
from cnnlab.ui.predict import page

frame.guard()

page.head()
run = page.choose_run()
files = page.choose_files() if run else []
if run and files:
    page.draw(run, files)

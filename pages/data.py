"""Data: all datasets, the one that the address names (/data?dataset=NAME), or an import (/data?view=import)."""

from cnnlab.ui import frame
from cnnlab.ui.data import catalogue_page, dataset_page, importing

frame.guard()

if importing.requested():
    importing.draw()
elif (info := dataset_page.requested()) is not None:
    dataset_page.draw(info)
else:
    catalogue_page.draw()

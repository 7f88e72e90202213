"""Networks: all of them, or the one that the address names (/networks?network=NAME)."""

from cnnlab.ui import frame
from cnnlab.ui.networks import list_page, network_page

frame.guard()

if (entry := network_page.requested()) is not None:
    network_page.draw(entry)
else:
    list_page.draw()

"""Inside: filters, feature maps and receptive fields of a network (/inside?run=ID, ?network=NAME or ?design=NAME)."""

from cnnlab.ui import frame
from cnnlab.ui.inside import page

frame.guard()

page.head()
looked = page.choose_network()
if looked is not None:
    shown = page.choose_image(looked)
    page.draw(looked, shown)

"""Laboratory: an honest and a cheating network, and which maps tell them apart. Its address is /laboratory?variant=…"""

from cnnlab.ui import frame
from cnnlab.ui.laboratory import page

frame.guard()

page.head()
asked = page.choose()
page.draw(asked)

"""Design: a network drawn layer by layer. Its address is /design?draft=ID."""

from cnnlab.ui import frame
from cnnlab.ui.design import page

frame.guard()

desk = page.opened()
page.top(desk)
page.draw(desk)

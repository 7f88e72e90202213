"""The kinds of layers that a design is made of: one pair of files a kind.

NAME.yaml has the options and the words. NAME.py has arithmetic (``measure``), the source text of the layer
(``code``) and the layer itself (``build``); torch is imported by ``build`` alone.
"""

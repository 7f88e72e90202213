"""Digits are scikit-learn's, read from its file."""

from __future__ import annotations

import numpy as np

from cnnlab.data.content import ArrayImages
from cnnlab.data.sources import digits
from cnnlab.home import Home
from cnnlab.registry import registry
from tests.fresh_python import printed


def test_they_are_what_scikit_learn_loads(home: Home) -> None:
    from sklearn.datasets import load_digits

    content = digits.read(registry("dataset")["digits"], {}, home, None)
    expected = load_digits()
    assert isinstance(content.images, ArrayImages)
    assert (content.images.pixels[..., 0] == np.rint(expected.images * 255 / 16)).all()
    assert (content.labels == expected.target).all()


def test_reading_them_does_not_import_scikit_learn() -> None:
    code = (
        "import sys; from pathlib import Path; from cnnlab.data.sources import digits;"
        "from cnnlab.registry import registry; from cnnlab.home import Home;"
        "digits.read(registry('dataset')['digits'], {}, Home(Path('none')), None); print('sklearn' in sys.modules)"
    )
    assert printed(code) == "False"

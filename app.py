"""CNN Lab: `streamlit run app.py`."""

from cnnlab.ui import frame

frame.show()

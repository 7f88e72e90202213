"""Charts as files for print: SVG and PNG, made here, without a browser."""

"""Runs the notebook of examples/python in a folder of its own: `python notebook.py FOLDER`."""

import pathlib
import sys

import nbclient
import nbformat

path = pathlib.Path(__file__).resolve().parents[2] / "examples" / "python" / "first_figure.ipynb"
notebook = nbformat.read(path, as_version=4)
nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": sys.argv[1]}}).execute()
shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
assert any("image/png" in output.get("data", {}) for output in shown), "it shows no figure"
print(f"{path.name}: {len(notebook.cells)} cells, executed")

"""Completion in the shell: from the words on the line to what could stand at the cursor.

It runs at every press of the Tab key, so nothing here imports Typer, which takes 50 ms. What the
commands and options are stands in ``commands.tsv``, made from them by ``generate.py``.
"""

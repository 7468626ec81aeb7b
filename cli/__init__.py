"""The program `fasi`: one command line for everything that an operator does.

Commands are thin: they parse, call the function that `make`, `manage.py` or `python -m` calls, too,
and say what came of it. Nothing heavy is imported before a command needs it, so that help and
completion answer at once: neither Django nor TensorFlow, nor `fasi_site`, which brings Celery.
"""

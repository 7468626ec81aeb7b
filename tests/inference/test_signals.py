"""Signals of a process whose models come and go, as a worker's do: it outlives them."""

import subprocess
import sys

import pytest

pytest.importorskip("openvino")

from tests.support.starting import ROOT

# A soft time limit comes as a signal, into the process that the first model was loaded in.
_SWAP = """
import gc, signal, threading, time
from pathlib import Path
from inference.bundle import load_bundle
from inference.engine import load_engine

def load():
    return load_engine("openvino", load_bundle(Path("models/starter")))

def change():
    global held
    new = load()
    held = new
    gc.collect()

def strike(*_):
    raise KeyError

held = load()
for _ in range(2):
    thread = threading.Thread(target=change)
    thread.start()
    thread.join()
held = load()
held = None
gc.collect()
filler = [bytearray(12_000) for _ in range(1_000)]  # what was freed is used by others
signal.signal(signal.SIGALRM, strike)
signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    time.sleep(5)
except KeyError:
    print("struck")
"""


def test_a_signal_is_handled_after_models_were_swapped() -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _SWAP],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, "struck\n"), ended.stderr

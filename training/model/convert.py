"""From a Keras graph to the files that engines read: OpenVINO's two, and Keras's own."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import h5py
import keras
import numpy as np
import openvino as ov
import tensorflow as tf


def to_openvino(model: keras.Model) -> ov.Model:
    """The float model in OpenVINO, same inputs and outputs, batch size free.

    Converted from a traced function in memory: a SavedModel on disk takes three times as long.
    """
    (images,) = model.inputs
    signature = tf.TensorSpec(images.shape, images.dtype, name=images.name)
    traced = tf.function(lambda batch: model(batch, training=False), input_signature=[signature])
    return ov.convert_model(traced.get_concrete_function())


def save_openvino(model: ov.Model, folder: Path) -> None:
    """Write ``style.xml`` and ``style.bin``."""
    ov.save_model(model, folder / "style.xml", compress_to_fp16=True)


def save_keras(model: keras.Model, folder: Path) -> None:
    """Write ``style.keras`` with float16 weights; Keras reads them back into float32 variables."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as temporary:
        whole = Path(temporary) / "style.keras"
        model.save(whole)
        with ZipFile(whole) as full, ZipFile(folder / "style.keras", "w") as half:
            for name in full.namelist():
                content = full.read(name)
                half.writestr(name, _halved(content) if name.endswith(".h5") else content)


def _halved(content: bytes) -> bytes:
    """The HDF5 file with each float32 array as float16."""
    buffer = BytesIO()
    with h5py.File(BytesIO(content)) as full, h5py.File(buffer, "w") as half:

        def copy(name: str, item: h5py.Dataset | h5py.Group) -> None:
            if isinstance(item, h5py.Dataset):
                values = item[()]
                half[name] = values.astype(np.float16) if values.dtype == np.float32 else values
            else:
                half.require_group(name)
            for key, value in item.attrs.items():
                half[name].attrs[key] = value

        full.visititems(copy)
        for key, value in full.attrs.items():
            half.attrs[key] = value
    return buffer.getvalue()

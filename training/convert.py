"""From a Keras graph to what engines run: OpenVINO with INT8 weights, and Keras's own file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import h5py
import keras
import nncf
import numpy as np
import numpy.typing as npt
import openvino as ov
import tensorflow as tf

Images = npt.NDArray[np.uint8]


def to_openvino(model: keras.Model) -> ov.Model:
    """The float model in OpenVINO, same inputs and outputs, batch size free.

    Converted from a traced function in memory: a SavedModel on disk takes three times as long.
    """
    (images,) = model.inputs
    signature = tf.TensorSpec(images.shape, images.dtype, name=images.name)
    traced = tf.function(lambda batch: model(batch, training=False), input_signature=[signature])
    return ov.convert_model(traced.get_concrete_function())


def quantised(model: ov.Model, images: Images) -> ov.Model:
    """INT8 weights and activations by NNCF post-training quantisation, calibrated on ``images``.

    ``images`` uint8 [N, 224, 224, 3] RGB are photos of the training split. The first convolution
    stays float: in INT8 it alone made 40 % of the features' error. So does all that follows the
    backbone: it costs nothing, and an embedding must keep its unit length.
    """
    dataset = nncf.Dataset(list(_singly(images)))
    return nncf.quantize(
        model,
        dataset,
        subset_size=len(images),
        preset=nncf.QuantizationPreset.MIXED,
        fast_bias_correction=True,
        ignored_scope=nncf.IgnoredScope(names=_kept_float(model), validate=False),
    )


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


def _kept_float(model: ov.Model) -> list[str]:
    """The first convolution, and what depends on the backbone's end, which is its last ReLU."""
    operations = model.get_ordered_ops()
    first = next(op for op in operations if op.get_type_name() == "Convolution")
    found: dict[str, Any] = {first.get_friendly_name(): first}
    waiting = [[op for op in operations if op.get_type_name() == "Relu"][-1]]
    while waiting:
        for output in waiting.pop().outputs():
            for target in output.get_target_inputs():
                node = target.get_node()
                if node.get_friendly_name() not in found:
                    found[node.get_friendly_name()] = node
                    waiting.append(node)
    return [name for name, node in found.items() if node.get_type_name() != "Result"]


def _singly(images: Images) -> Iterator[Images]:
    for image in images:
        yield image[None]

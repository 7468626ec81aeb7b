"""Fine-tuning: the deeper stages of the backbone and the head, from where the head's fit ended.

Keras 3 without anything of one backend, so that it also runs where ``KERAS_BACKEND`` names another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops
from tqdm.keras import TqdmCallback

from training.arrays import Floats
from training.data.dataset import Split
from training.errors import TrainingError
from training.model.graph import Backbone
from training.model.head import Head
from training.recipe import Recipe, Tune
from training.train.batches import Batches
from training.train.progress import Progress

VALIDATION_BATCH = 64


def classifier(backbone: Backbone, head: Head) -> keras.Model:
    """Backbone, pooling and head: uint8 RGB [N, H, W, 3] to logits [N, C]."""
    images = keras.Input((None, None, 3), dtype="uint8", name="images")
    maps = backbone.network(ops.cast(images, "float32"), training=False)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(maps)
    dense = keras.layers.Dense(head.bias.size, name="logits")
    model = keras.Model(images, dense(pooled), name="classifier")
    dense.set_weights([head.weights, head.bias])
    return model


def head_of(model: keras.Model) -> Head:
    """The head inside a classifier, as it is now."""
    weights, bias = model.get_layer("logits").get_weights()
    return Head(weights, bias)


def tune(model: keras.Model, train: Split, val: Split, recipe: Recipe, progress: Progress) -> None:
    """Train ``model`` in place and leave the best epoch's weights in it.

    Goes on where ``progress`` says that a killed run was; batch statistics stay as they are.
    Raises TrainingError when the recipe names layers that the backbone does not have.
    """
    options = recipe.tune
    _freeze_all_but(model, options.layers)
    _compute_in(model, options.precision)
    batches = Batches(
        train.thumbs,
        train.labels,
        model.output.shape[-1],
        recipe,
        progress.epochs_done,
        weights=train.weights,
    )
    model.compile(
        _optimizer(options, len(batches)),
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=options.label_smoothing
        ),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        jit_compile=False,  # on CPUs XLA's convolutions are several times slower
    )
    model.optimizer.build(model.trainable_variables)
    progress.restore(model)
    if progress.epochs_done < options.epochs and not progress.is_over(options.patience):
        targets = ops.convert_to_numpy(ops.one_hot(val.labels, model.output.shape[-1]))
        model.fit(
            batches,
            validation_data=(val.images, targets),
            validation_batch_size=VALIDATION_BATCH,
            initial_epoch=progress.epochs_done,
            epochs=options.epochs,
            verbose=0,
            callbacks=[
                _AverageKeeper(progress) if options.average else _Keeper(progress),
                _Recorder(progress, options.patience),
                TqdmCallback(epochs=options.epochs, verbose=1),
                *progress.tensorboard(),
            ],
        )
    progress.load_best(model)
    _compute_in(model, "float32")


def blend(network: keras.Model, before: list[Floats], share: float) -> None:
    """Move the network's weights back towards what they were ``before`` tuning.

    Halfway weights keep more of what the start knew beyond the training photos, at little or no
    cost on photos like them (WiSE-FT: Wortsman et al. 2022, https://arxiv.org/abs/2109.01903).
    ``share`` 1 leaves the tuned weights, 0 restores the old ones.
    """
    tuned = network.get_weights()
    network.set_weights(
        [share * new + (1 - share) * old for new, old in zip(tuned, before, strict=True)]
    )


class _Keeper(keras.callbacks.Callback):
    """Saves the weights that were just validated when they are the best so far."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        if logs:
            self._progress.keep_if_best(self.model, float(logs["loss"]))


class _AverageKeeper(keras.callbacks.SwapEMAWeights):
    """The same for the moving average of the weights, which Keras swaps in to be validated."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        if logs:
            self._progress.keep_if_best(self.model, float(logs["loss"]))
        super().on_test_end(logs)


class _Recorder(keras.callbacks.Callback):
    """Records each epoch so that a killed run goes on behind it; stops when nothing improves."""

    def __init__(self, progress: Progress, patience: int) -> None:
        super().__init__()
        self._progress = progress
        self._patience = patience

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._progress.start_epoch()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self._progress.record(self.model, {**(logs or {}), "learning_rate": rate})
        if self._progress.is_over(self._patience):
            self.model.stop_training = True


def _optimizer(options: Tune, steps: int) -> keras.optimizers.Optimizer:
    total = max(options.epochs * steps, 1)
    warmup = min(math.ceil(options.warmup * total), total - 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else options.learning_rate,
        decay_steps=total - warmup,
        alpha=0.01,
        warmup_target=options.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=options.weight_decay,
        use_ema=options.average > 0,
        ema_momentum=options.average or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _freeze_all_but(model: keras.Model, prefixes: tuple[str, ...]) -> None:
    backbone = model.get_layer("backbone")
    layers = list(_leaves(backbone))
    chosen = [layer for layer in layers if "*" in prefixes or layer.name.startswith(prefixes)]
    if not any(layer.weights for layer in chosen):
        names = ", ".join(sorted({layer.name.split("_")[0] for layer in layers if layer.weights}))
        raise TrainingError(
            f"No layer of the backbone begins with {' or '.join(prefixes)}; tune.layers may name"
            f" the beginnings of: {names}."
        )
    for layer in layers:
        # Batch normalisation stays as it is: in ``fit`` Keras would go on averaging its statistics,
        # whatever the call of the backbone says, and they would be those of this data's sources.
        statistics = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = layer in chosen and not statistics


def _compute_in(model: keras.Model, precision: str) -> None:
    """Let the backbone compute in another precision; the head stays in float32.

    Raises TrainingError when Keras does not know it.
    """
    try:
        policy = keras.dtype_policies.get(precision)
    except ValueError as error:
        raise TrainingError(f"tune.precision is no policy of Keras: {precision!r}.") from error
    for layer in _leaves(model.get_layer("backbone")):
        layer.dtype_policy = policy


def _leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer

"""One bundle from labelled photos: the widened people-photo backbone, frozen, with a new head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from classifier.taxonomy import Taxonomy
from training import bundling, export, people
from training.data import limited, read_photos
from training.dataset import Images, Split, load_splits
from training.features import FeatureCache
from training.fit import Fitted, fit
from training.graph import Backbone, feature_graph, serving_graph
from training.head import Examples
from training.measure import measure
from training.papers import write_papers
from training.widen import widened_resnet50
from worker.bundle import Bundle, load_bundle

STATISTICS_PHOTOS = 128


@dataclass(frozen=True)
class Options:
    """What a run is told. ``work`` keeps features between runs; ``per_style`` 0 is no limit."""

    photos: Path
    output: Path
    taxonomy: Taxonomy
    work: Path
    per_style: int = 0
    calibration_photos: int = 300
    with_keras: bool = False
    seed: int = 0


def make_bundle(options: Options) -> Bundle:
    """Train, export, measure, and put the finished bundle at ``options.output``.

    Raises TrainingError for input that no bundle can be made of. Until the last step nothing is
    written at the output, and an older bundle there stays as it was.
    """
    bundling.check_output(options.output)
    weights = people.weights_file()
    photos = read_photos(options.photos)
    if options.per_style:
        photos = limited(photos, options.per_style)
    train, val = load_splits(photos, options.taxonomy)
    random = np.random.default_rng(options.seed)
    backbone = _backbone(weights, _some(train.images, STATISTICS_PHOTOS, random), options.seed)
    fitted = _fit(backbone, train, val, options)
    graph = serving_graph(backbone, fitted.head, fitted.temperature, fitted.projection)
    plain = export.to_openvino(graph)
    calibration = _some(train.images, options.calibration_photos, random)
    with bundling.unfinished(options.output) as folder:
        export.save_openvino(export.quantised(plain, calibration), folder)
        if options.with_keras:
            export.save_keras(graph, folder)
        metrics = {
            "made": datetime.now(UTC).date().isoformat(),
            "backbone": backbone.name,
            "photos": {"train": len(train.labels), "val": len(val.labels)},
            "head": {"trials": fitted.trials},
            **measure(folder, plain, options.taxonomy, fitted, val),
        }
        write_papers(folder, options.taxonomy, fitted, metrics)
    return load_bundle(options.output)


def _backbone(weights: Path, photos: Images, seed: int) -> Backbone:
    network = widened_resnet50(people.read_convolutions(weights, photos), seed)
    return Backbone("people-photo ResNet-50, widened", network)


def _fit(backbone: Backbone, train: Split, val: Split, options: Options) -> Fitted:
    cache = FeatureCache(
        options.work / "features", backbone.name, export.to_openvino(feature_graph(backbone))
    )
    seen = cache.features(train.images, "Features")
    mirrored = cache.features(train.images[:, :, ::-1], "Features, mirrored")
    return fit(
        Examples(np.concatenate([seen, mirrored]), np.concatenate([train.labels, train.labels])),
        Examples(cache.features(val.images, "Features, validation"), val.labels),
        len(options.taxonomy.styles),
    )


def _some(images: Images, count: int, random: np.random.Generator) -> Images:
    """At most ``count`` images, drawn at random."""
    return images[random.permutation(len(images))[:count]]

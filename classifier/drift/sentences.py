"""What drift is in words, for staff: a sentence for each thing that is another than usual."""

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from classifier.drift.weeks import EVERYTHING, Compared, Measure, Series, Source, Traffic
from classifier.models import Release

PHOTOS: dict[str, StrOrPromise] = {
    EVERYTHING: gettext_lazy("all photos"),
    Source.PHONE: gettext_lazy("phone photos"),
    Source.SITE: gettext_lazy("photos from the site"),
    Source.API: gettext_lazy("photos from programs"),
    Source.BATCH: gettext_lazy("photos of batches"),
    Source.FOLDER: gettext_lazy("photos of folders"),
    Source.UNKNOWN: gettext_lazy("photos of unknown sources"),
    Source.OTHER: gettext_lazy("photos of small sources"),
}
TITLES: dict[str, StrOrPromise] = {
    Measure.NO_OUTFIT: gettext_lazy("No outfit"),
    Measure.UNSURE: gettext_lazy("Not sure"),
    Measure.CONFIDENCE: gettext_lazy("Average confidence"),
    Measure.STYLES: gettext_lazy("Styles: distance to validation"),
    Measure.UNUSUAL: gettext_lazy("Unlike the training photos"),
    Measure.MMD: gettext_lazy("Looks: distance to training (MMD²)"),
}


def number(measure: Measure, value: float) -> str:
    """The value as it is shown: a percentage, or the number itself where it is a distance."""
    if measure == Measure.STYLES:
        return f"{value:.2f}"
    if measure == Measure.MMD:
        return f"{max(value, 0):.3f}"  # without bias, it is below 0 as often as above it
    return f"{value:.0%}"


def sentences(traffic: Traffic, release: Release) -> list[str]:
    """A sentence for each measure of each source that differs from what is usual."""
    by_source = {each.source: each for each in traffic.current}
    return [
        _sentence(each, each.usual, by_source[each.source], release)
        for each in traffic.compared()
        if each.changed and each.usual is not None
    ]


def _sentence(compared: Compared, usual: float, series: Series, release: Release) -> str:
    words = {
        "photos": PHOTOS[compared.source],
        "now": number(compared.measure, compared.now),
        "usual": number(compared.measure, usual),
    }
    if compared.measure == Measure.NO_OUTFIT:
        return _("%(now)s of %(photos)s show no outfit; usually %(usual)s.") % words
    if compared.measure == Measure.UNSURE:
        return _("The style is not sure for %(now)s of %(photos)s; usually %(usual)s.") % words
    if compared.measure == Measure.CONFIDENCE:
        return _("The average confidence in %(photos)s is %(now)s; usually %(usual)s.") % words
    if compared.measure == Measure.UNUSUAL:
        return (
            _("%(now)s of %(photos)s look unlike the training photos; usually %(usual)s.") % words
        )
    text = _(
        "Other styles than usual in %(photos)s: above all %(style)s, %(now)s instead of %(usual)s."
    )
    return text % (words | _most_changed(series, release))


def _most_changed(series: Series, release: Release) -> dict[str, str]:
    """The style whose share differs most from the usual one."""
    newest, usual = series.newest.styles, series.usual.styles if series.usual else ()
    shares = [(new / sum(newest), old / sum(usual)) for new, old in zip(newest, usual, strict=True)]
    place = max(range(len(shares)), key=lambda each: abs(shares[each][0] - shares[each][1]))
    now, before = shares[place]
    return {
        "style": release.styles.styles[place].name(get_language() or "en"),
        "now": number(Measure.UNSURE, now),
        "usual": number(Measure.UNSURE, before),
    }

"""A list of the catalogue for one person: found, ranked, varied, explained."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from classifier.models import CatalogueItem, CatalogueVector, Release
from classifier.personalization.candidates import Found, candidates_for, cosines_between
from classifier.personalization.counts import count as count_event
from classifier.personalization.opinions import ENOUGH, hidden_by
from classifier.personalization.ranking import Candidate, best, diversified, mixture
from classifier.personalization.shown import Shown, remember, shown_to
from classifier.personalization.switch import adapts_to
from classifier.personalization.taste import Taste, taste_of
from classifier.personalization.variants import PROFILE, Variant, variant_of
from classifier.personalization.weights import VARIED
from classifier.personalization.why import Why, why

COUNT = 24
"""Items of a list."""
NOBODY = Variant("", PROFILE.weights)


@dataclass(frozen=True)
class Suggestion:
    """An item and why it is shown."""

    item: CatalogueItem
    why: Why


@dataclass(frozen=True)
class Suggestions:
    """A list. `knows`: a person's taste made it, and not what people like alone. `exists`: there is
    a catalogue to choose from, though nothing may be left of it for this person.
    """

    items: list[Suggestion] = field(default_factory=list)
    knows: bool = False
    exists: bool = False
    likes: int = 0


def suggestions_for(owner_id: int, wardrobe: str = "", count: int = COUNT) -> Suggestions:
    """The next list for this person: nothing of the last one, and nothing that they hid.

    `wardrobe`: one that the active release has; else all styles. A list has at most half of what
    there is, so that there is something for the next one.
    """
    release = Release.objects.filter(status=Release.Status.ACTIVE).defer("metrics").first()
    if release is None:
        return Suggestions()
    chosen = release.styles.wardrobes.get(wardrobe)
    styles = chosen.styles if chosen else release.styles.ids
    there = CatalogueVector.objects.filter(release=release, style__in=styles)[: 2 * count].count()
    if not there:
        return Suggestions(exists=chosen is not None)
    adapts = adapts_to(owner_id)
    variant = variant_of(owner_id) if adapts else NOBODY
    taste = taste_of(owner_id, release.pk, variant.weights.half_life) if adapts else Taste()
    chooser = _Chooser(owner_id if adapts else None, release.pk, taste, variant, styles)
    before = shown_to(owner_id) if adapts else Shown()
    items = chooser.choose(before, hidden_by(owner_id), min(count, max(1, there // 2)))
    if adapts:
        remember(owner_id, [each.item.pk for each in items], variant.name)
    count_event("shown", variant.name, release.name, len(items))
    return Suggestions(items, taste.evidence >= ENOUGH, exists=True, likes=taste.likes)


@dataclass(frozen=True)
class _Chooser:
    """Whom to choose for, and by what. Without an owner, nobody's likes are looked at."""

    owner_id: int | None
    release_id: int
    taste: Taste
    variant: Variant
    styles: Collection[str]

    def choose(self, before: Shown, hidden: Sequence[UUID], count: int) -> list[Suggestion]:
        """What was not shown lately; where that is too little, what was not just shown."""
        for seen in (before.lately, before.just_now):
            found = candidates_for(
                self.owner_id, self.release_id, self.taste, self.styles, [*hidden, *seen]
            )
            if len(found) >= count or seen == before.just_now:
                break
        return self._ranked(found, count)

    def _ranked(self, found: Sequence[Candidate[Found]], count: int) -> list[Suggestion]:
        weights = self.variant.weights
        shares = mixture(self.taste.weights, list(self.styles), weights.strength)
        chosen = best(found, shares, weights, VARIED)
        cosines = cosines_between([each.item.item_id for each, _ in chosen], self.release_id)
        scores = [scored for _, scored in chosen]
        shown = [
            chosen[place][0] for place in diversified(scores, cosines, weights.diversity, count)
        ]
        wanted = {each.item.item_id for each in shown} | {each.item.like for each in shown}
        rows = CatalogueItem.objects.select_related("outfit").in_bulk(wanted - {None})
        return [
            Suggestion(rows[each.item.item_id], why(each, rows.get(each.item.like), self.taste))
            for each in shown
            if each.item.item_id in rows  # it may have been removed meanwhile
        ]

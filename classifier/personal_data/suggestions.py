"""What is known of one person's suggestions, for their export."""

from typing import Any

from django.contrib.auth.models import User

from classifier.models import CatalogueItem, Opinion, Suggested


def suggestions_of(owner: User) -> dict[str, Any]:
    """What they said of items, what they were shown lately, and by which ranking."""
    opinions = Opinion.objects.filter(owner=owner).select_related("item").order_by("created", "pk")
    suggested = Suggested.objects.filter(owner=owner).first()
    shown = suggested.items if suggested else []
    titles = CatalogueItem.objects.in_bulk(shown)
    return {
        "said": [
            {
                "item": str(each.item_id),
                "title": each.item.title,
                "link": each.item.link,
                "said": each.said,
                "created": each.created.isoformat(),
            }
            for each in opinions
        ],
        "shown_lately": [
            {"item": str(each), "title": titles[each].title if each in titles else None}
            for each in shown
        ],
        "chosen_by": suggested.variant if suggested else None,
        "shown_in_all": suggested.shown if suggested else 0,
    }

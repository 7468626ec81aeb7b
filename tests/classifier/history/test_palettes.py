"""Colours of an outfit: what is worn, not the wall; what they are called; when they are found."""

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image, ImageDraw

from classifier.history import describing
from classifier.history.cielab import code_of, lab_of_code
from classifier.history.palette import Colour, merged, read, stored
from classifier.history.worn_colours import palette_of
from classifier.models import Outfit
from classifier.storage import objects

NAMED = {
    "black": "#000000 #1a1a1a",
    "gray": "#808080 #a9a9a9 #696969",
    "white": "#ffffff #f5f5f5 #fffaf0 #fffff0",
    "beige": "#d2b48c #f5deb3 #c19a6b #e8dcc4",
    "brown": "#8b4513 #a0522d #5c4033 #654321",
    "red": "#ff0000 #dc143c #8b0000 #800020",
    "pink": "#ffc0cb #ff69b4 #fa8072",
    "orange": "#ffa500 #ff8c00",
    "yellow": "#ffff00 #ffd700",
    "green": "#008000 #556b2f #808000 #90ee90",
    "blue": "#0000ff #4169e1 #87ceeb #008080",
    "navy": "#000080 #191970 #14213d",
    "purple": "#800080 #4b0082 #9370db #663399",
}


def photo(wall: str, coat: str, trousers: str, size: tuple[int, int] = (240, 320)) -> bytes:
    """Somebody in a coat and trousers before a wall, as a JPEG."""
    image = Image.new("RGB", size, wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 70, 160, 180), fill=coat)
    draw.rectangle((85, 181, 155, 300), fill=trousers)
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.parametrize(("name", "codes"), NAMED.items())
def test_colours_are_called_what_people_call_them(name: str, codes: str) -> None:
    assert {code: Colour(code, 1).name for code in codes.split()} == dict.fromkeys(
        codes.split(), name
    )


@pytest.mark.parametrize("wall", ["#d8c9b0", "#3f7d4f", "#f4f4f4"])
def test_the_wall_is_no_colour_of_the_outfit(wall: str) -> None:
    found = palette_of(photo(wall, "#8b0000", "#14213d"))
    assert {each.name for each in found if each.share >= 0.12} == {"red", "navy"}
    assert sum(each.share for each in found) == pytest.approx(1)


def test_somebody_in_the_colours_of_their_wall_has_a_palette() -> None:
    assert [each.name for each in palette_of(photo("#f4f4f4", "#f4f4f4", "#f2f2f2"))] == ["white"]


def test_what_spoke_for_the_style_weighs_more() -> None:
    upper = bytes([255] * 28 + [0] * 21)
    plain, looked_at = (
        palette_of(photo("#d8c9b0", "#8b0000", "#14213d"), each) for each in (b"", upper)
    )
    shares = [{each.name: each.share for each in palette}["red"] for palette in (plain, looked_at)]
    assert shares[1] > shares[0]


def test_several_palettes_make_one() -> None:
    red, navy = Colour("#8b0000", 1.0), Colour("#14213d", 1.0)
    both = merged([[red], [navy], [navy]])
    assert [(each.name, round(each.share, 2)) for each in both] == [("navy", 0.67), ("red", 0.33)]
    assert merged([]) == []
    assert read(None) == []
    assert read([(str(a), float(b)) for a, b in stored([red])]) == [red]


def test_maintenance_describes_what_is_classified(classified: Outfit) -> None:
    assert describing.describe_waiting(10, lambda: True) == 0, "a photo waits"
    assert describing.describe_waiting(10, lambda: False) == 1
    classified.refresh_from_db()
    assert classified.palette
    assert classified.words
    assert describing.describe_waiting(10, lambda: False) == 0


def test_a_photo_that_is_gone_has_no_palette_and_is_not_looked_at_again(
    classified: Outfit,
) -> None:
    objects.remove([classified.thumb_key])
    assert describing.describe_waiting(10, lambda: False) == 1
    classified.refresh_from_db()
    assert classified.palette == []
    assert describing.describe_waiting(10, lambda: False) == 0


def test_a_page_asks_until_maintenance_had_its_turn(classified: Outfit, as_owner: Client) -> None:
    page = as_owner.get(f"/outfits/{classified.pk}/").content.decode()
    asks = f"/outfits/{classified.pk}/palette/?asked="
    assert f'hx-get="{asks}1" hx-trigger="load delay:3s"' in page
    assert f'hx-get="{asks}2" hx-trigger="load delay:6s"' in part(as_owner, f"{asks}1")
    assert "hx-get" not in part(as_owner, f"{asks}6"), "it does not ask for ever"
    assert f'hx-get="{asks}1"' in part(as_owner, f"{asks}7"), "nobody asks so"
    describing.describe([classified.pk])
    for address in (f"{asks}1", f"/outfits/{classified.pk}/"):
        assert 'class="palette"' in part(as_owner, address)
        assert "palette/" not in part(as_owner, address)


def part(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_cielab_and_back() -> None:
    """White, and a red as Lindbloom's calculator has it; every code comes back as it was."""
    assert lab_of_code("#ffffff") == pytest.approx((100, 0, 0), abs=0.02)
    assert lab_of_code("#ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    for codes in NAMED.values():
        for code in codes.split():
            assert code_of(lab_of_code(code)) == code

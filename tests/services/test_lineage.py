"""The relatives of several pictures of one result."""

from __future__ import annotations

from bot.services.changes import Change
from bot.services.lineage import Family, Relative, family_of


def relative(number: int) -> Relative:
    return Relative(number, Change.EDIT, 33, "bluer", 1, deleted=False, private=False, place=(5, number))


class Tree:
    """Fulfils `Lineage`."""

    def __init__(self, **families: Family) -> None:
        self._families = families

    async def family(self, number: int, server_id: int) -> Family:
        assert server_id == 11
        return self._families[f"n{number}"]


async def test_of_one_picture_they_are_its_own() -> None:
    family = Family((relative(1),), (relative(9), relative(8)), 20)

    assert await family_of(Tree(n4=family), [4], 11) == family


async def test_of_several_each_is_told_once_and_the_newest_first() -> None:
    tree = Tree(
        n4=Family((relative(1), relative(2)), (relative(9), relative(7)), 2),
        n5=Family((relative(1), relative(2)), (relative(9), relative(8)), 2),
    )

    assert await family_of(tree, [4, 5], 11) == Family(
        (relative(1), relative(2)), (relative(9), relative(8), relative(7)), 3
    )


async def test_of_many_children_the_newest_ten_are_told() -> None:
    tree = Tree(
        n4=Family((), tuple(relative(number) for number in range(119, 109, -1)), 30),
        n5=Family((), tuple(relative(number) for number in range(129, 119, -1)), 10),
    )

    found = await family_of(tree, [4, 5], 11)

    assert [child.number for child in found.children] == list(range(129, 119, -1))
    assert found.child_count == 40

"""What Discord writes as numbers reaches the image API as names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.wire.house import House


async def test_a_prompt_reaches_the_image_api_with_names(house: House) -> None:
    server = house.discord.server
    mia, ben = server.add_member("Mia"), server.add_member("Ben")
    studio = server.channel("studio")

    typed = f"{server.bot.mention}, {ben.mention} and <@99> in <#{studio.id}> with <:fox:123456789012345678>, I <3 it"
    await house.imagine(mia, typed)

    assert house.images.calls[-1].prompt == "@Ben and someone in #studio with :fox:, I <3 it"

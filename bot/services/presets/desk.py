"""Where presets are found, kept, changed and deleted, by whoever may; and what each member and server may keep."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import PresetRefusedError
from bot.language import joined, phrase
from bot.services.policy import Decision
from bot.services.presets.names import LONGEST_NAME, checked_name, key_of
from bot.services.presets.presets import Preset, Shelf
from bot.services.presets.templates import MOST_VARIABLES
from bot.services.presets.wording import audited, named
from bot.services.requests import Change, check_prompt
from bot.services.text import NOTHING, number_of, shown

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from bot.services.gallery import FileHolds
    from bot.services.presets.presets import Census, PresetStore, Viewer
    from bot.services.requests import StoredImage

MOST_MINE = 25  # presets of one member on one server: as many as Discord offers at once
MOST_OF_SERVER = 100  # presets of a server
MOST_REFERENCES = 8  # pictures of one preset: a model takes 16, and whoever uses it brings some
MOST_BYTES = 20_000_000  # of the pictures of one preset
MOST_BYTES_OF_MEMBER = 100_000_000  # of those of a member's own presets on one server
MOST_BYTES_OF_SERVER = 1_000_000_000  # of those of all presets on a server
MOST_COPIES = 9  # names that are tried for a copy

NOT_THERE = phrase("There is no preset here that you can use by that name. /preset list shows what there is.")
GONE = phrase("This preset is not there any more, or not for you. /preset list shows what there is.")
ONLY_LEADS = phrase(
    "Only leads change this server's presets: members who may manage it or have its lead role. Ask one of them."
)
STARTERS_STAY = phrase("This one comes with me and is never changed. Copy it (/preset show), and change the copy.")
STAYS_PRIVATE = phrase(
    "It was made from a private picture, so it stays yours alone. To share it, write it anew with /preset save."
)
PICTURE_LOST = phrase(
    "One of its pictures is lost. Change the preset (/preset show) to go without it, or attach it once more."
)


@dataclass(frozen=True)
class PresetDesk:
    """Finds and keeps presets.

    Attributes:
        starters: in the order in which they are offered.
        clock: seconds since 1970 (UTC).
    """

    store: PresetStore
    starters: tuple[Preset, ...]
    file_holds: FileHolds
    clock: Callable[[], float]

    async def shown_to(self, viewer: Viewer) -> Sequence[Preset]:
        """Everything that somebody can use: their own, the server's, the starters that are not hidden."""
        kept = await self.store.of(viewer.server_id, viewer.user_id)
        return [*kept, *(each for each in await self._starters(viewer) if not each.hidden)]

    async def hidden_from(self, viewer: Viewer) -> Sequence[Preset]:
        """The starters that a server does not show, for its leads; nothing for others."""
        return [each for each in await self._starters(viewer) if each.hidden]

    async def find(self, viewer: Viewer, typed: str) -> Preset:
        """The preset that somebody means by its handle or name: their own before the server's before a starter.

        Leads find hidden starters too.

        Raises:
            PresetRefusedError: there is none for them.
        """
        shelf, _, name = typed.strip().partition(":")
        is_handle = bool(name) and shelf in {each.value for each in Shelf}
        key = key_of(name if is_handle else typed)
        kept = [*await self.store.of(viewer.server_id, viewer.user_id), *await self._starters(viewer)]
        found = [each for each in kept if each.key == key and (not is_handle or each.shelf == shelf)]
        if not found:
            raise PresetRefusedError(NOT_THERE)
        return min(found, key=lambda each: [*Shelf].index(each.shelf))

    async def of_name(self, viewer: Viewer, shelf: Shelf, name: str) -> Preset | None:
        """The one of that name on a shelf; None if there is none."""
        kept = await self.store.of(viewer.server_id, viewer.user_id)
        return next((each for each in kept if (each.shelf, each.key) == (shelf, key_of(name))), None)

    async def get(self, viewer: Viewer, ref: str) -> Preset:
        """The preset that a button or a dialog is about.

        Raises:
            PresetRefusedError: it is not there any more, or not for whoever acts.
        """
        number = number_of(ref)
        if number == NOTHING:
            found = next((each for each in await self._starters(viewer) if each.starter == ref), None)
        else:
            found = await self.store.get(viewer.server_id, number)
        if found is None or (found.shelf is Shelf.MINE and found.maker_id != viewer.user_id):
            raise PresetRefusedError(GONE)
        return found

    async def add(self, viewer: Viewer, preset: Preset) -> Preset:
        """Keep a new preset; as it is kept. Its pictures are held by whoever calls.

        Raises:
            PresetRefusedError: it cannot be so, its name is taken, there is no room, or they may not.
        """
        checked = self.checked(viewer, preset)
        await self._put(viewer, checked, "preset save", before="", after=audited(checked), is_new=True)
        return checked

    async def change(self, viewer: Viewer, before: Preset, after: Preset) -> Preset:
        """Keep a preset otherwise than it is; as it is kept. Raises as `add`, or if it was deleted meanwhile."""
        checked = self.checked(viewer, after)
        was, now = (
            audited(each) if before.name == after.name else joined("; ", [_named(each), audited(each)])
            for each in (before, checked)
        )
        await self._put(viewer, checked, "preset change", before=was, after=now, is_new=False, about=before)
        return checked

    async def copy(self, viewer: Viewer, preset: Preset, shelf: Shelf, copy_id: int) -> Preset:
        """Keep a copy on a shelf, under its name or, where that is taken, one with a number. Raises as `add`."""
        if preset.private and shelf is Shelf.SERVER:
            raise PresetRefusedError(STAYS_PRIVATE)
        kept = await self.store.of(viewer.server_id, viewer.user_id)
        taken = {each.key for each in kept if each.shelf is shelf}
        name = next((each for each in _names_like(preset.name) if key_of(each) not in taken), preset.name)
        copied = Preset(
            copy_id, shelf, name, preset.words, preset.options, preset.present, (), preset.takes_picture, preset.private
        )
        async with self.held(copied.references):
            return await self.add(viewer, copied)

    async def delete(self, viewer: Viewer, preset: Preset) -> None:
        """Delete a preset, with those of its files that nothing else needs.

        Raises:
            PresetRefusedError: they may not, or it is gone already.
        """
        self.check_keeper(viewer, preset)
        decision = self._decision(viewer, preset, "preset delete", audited(preset), phrase("deleted"))
        files = await self.store.delete(preset, decision)
        if files is None:
            raise PresetRefusedError(GONE)
        await self.file_holds.forget(files)

    async def hide(self, viewer: Viewer, starter: Preset, *, hidden: bool) -> bool:
        """Hide a starter from this server, or show it again; False if it is so already.

        Raises:
            PresetRefusedError: they may not.
        """
        if not viewer.leads:
            raise PresetRefusedError(ONLY_LEADS)
        words = (phrase("shown"), phrase("hidden"))
        action = "preset hide" if hidden else "preset unhide"
        subject = phrase("the starter “{name}”", name=_shown(starter))
        decision = Decision(viewer.user_id, int(self.clock()), action, subject, *(words if hidden else words[::-1]))
        return await self.store.hide(viewer.server_id, starter.starter, hidden=hidden, decision=decision)

    @asynccontextmanager
    async def held(self, files: Sequence[StoredImage]) -> AsyncGenerator[None]:
        """While this is done, none of these files is deleted.

        Raises:
            PresetRefusedError: one is lost.
        """
        held: list[str] = []
        try:
            for file in files:
                if await self.file_holds.hold(file.digest) is None:
                    raise PresetRefusedError(PICTURE_LOST)
                held.append(file.digest)
            yield
        finally:
            await self.file_holds.let_go(held)

    def check_keeper(self, viewer: Viewer, preset: Preset) -> None:
        """May they change or delete it?

        Raises:
            PresetRefusedError: they may not; the sentence says who may.
        """
        if preset.shelf is Shelf.STARTER:
            raise PresetRefusedError(STARTERS_STAY)
        if preset.shelf is Shelf.SERVER and not viewer.leads:
            raise PresetRefusedError(ONLY_LEADS)

    def checked(self, viewer: Viewer, preset: Preset) -> Preset:
        """As it may be kept, by all that can be seen of itself. Raises as `add`."""
        self.check_keeper(viewer, preset)
        if preset.private and preset.shelf is Shelf.SERVER:
            raise PresetRefusedError(STAYS_PRIVATE)
        check_prompt(preset.words, Change.NEW)
        asks = len(preset.template.variables)
        if preset.takes_picture and asks == MOST_VARIABLES:
            raise PresetRefusedError(
                phrase(
                    "A preset that asks for a picture can ask for {most} other things: a dialog has no more fields.",
                    most=MOST_VARIABLES - 1,
                )
            )
        pictures = len(preset.references)
        if pictures > MOST_REFERENCES:
            raise PresetRefusedError(
                phrase(
                    "A preset keeps {most} pictures at most; these are {count}.", most=MOST_REFERENCES, count=pictures
                )
            )
        if preset.byte_size > MOST_BYTES:
            raise PresetRefusedError(
                phrase("A preset's pictures may have {most} together. Attach smaller ones.", most=_mb(MOST_BYTES))
            )
        own = preset.shelf is Shelf.MINE or not preset.maker_id
        return replace(
            preset,
            name=checked_name(preset.name),
            server_id=viewer.server_id,
            maker_id=viewer.user_id if own else preset.maker_id,
            created_at=preset.created_at or int(self.clock()),
            lost=(),
        )

    async def _starters(self, viewer: Viewer) -> Sequence[Preset]:
        hidden = await self.store.hidden(viewer.server_id)
        marked = (replace(each, hidden=each.starter in hidden) for each in self.starters)
        return [each for each in marked if viewer.leads or not each.hidden]

    async def _put(
        self,
        viewer: Viewer,
        preset: Preset,
        action: str,
        *,
        before: str,
        after: str,
        is_new: bool,
        about: Preset | None = None,
    ) -> None:
        decision = self._decision(viewer, about or preset, action, before, after)
        files = await self.store.put(preset, lambda census: _check_room(preset, census, is_new=is_new), decision)
        await self.file_holds.forget(files)

    def _decision(self, viewer: Viewer, preset: Preset, action: str, before: str, after: str) -> Decision | None:
        """What the audit keeps: of what is the server's; a member's own is nobody else's business."""
        if preset.shelf is not Shelf.SERVER:
            return None
        return Decision(viewer.user_id, int(self.clock()), action, named(preset), before, after)


def _named(preset: Preset) -> str:
    return phrase("named “{name}”", name=_shown(preset))


def _check_room(preset: Preset, census: Census, *, is_new: bool) -> None:
    """Raises PresetRefusedError where a preset finds no room beside the others."""
    if not is_new and not census.exists:
        raise PresetRefusedError(GONE)
    is_mine = preset.shelf is Shelf.MINE
    if preset.key in census.names:
        raise PresetRefusedError(_taken(_shown(preset), is_mine=is_mine))
    if len(census.names) >= (MOST_MINE if is_mine else MOST_OF_SERVER):
        raise PresetRefusedError(_most(is_mine=is_mine))
    if preset.references and is_mine and census.member_bytes + preset.byte_size > MOST_BYTES_OF_MEMBER:
        raise PresetRefusedError(_full(MOST_BYTES_OF_MEMBER, is_mine=True))
    if preset.references and census.server_bytes + preset.byte_size > MOST_BYTES_OF_SERVER:
        raise PresetRefusedError(_full(MOST_BYTES_OF_SERVER, is_mine=False))


def _taken(name: str, *, is_mine: bool) -> str:
    if is_mine:
        return phrase(
            "You have a preset “{name}” already. Choose another name, or change that one: /preset show.", name=name
        )
    return phrase(
        "This server has a preset “{name}” already. Choose another name, or change that one: /preset show.", name=name
    )


def _most(*, is_mine: bool) -> str:
    if is_mine:
        return phrase("You have {most} presets, which is the most. Delete one first: /preset delete.", most=MOST_MINE)
    return phrase(
        "This server has {most} presets, which is the most. Delete one first: /preset delete.", most=MOST_OF_SERVER
    )


def _full(most: int, *, is_mine: bool) -> str:
    if is_mine:
        return phrase(
            "The pictures of your presets may have {most} together. Attach smaller ones, or delete a preset that has "
            "some.",
            most=_mb(most),
        )
    return phrase(
        "The pictures of all presets on this server may have {most} together. Attach smaller ones, or delete a preset "
        "that has some.",
        most=_mb(most),
    )


def _mb(byte_count: int) -> str:
    return phrase("{count} MB", count=byte_count // 1_000_000)


def _shown(preset: Preset) -> str:
    return shown(preset.name, LONGEST_NAME)


def _names_like(name: str) -> list[str]:
    """The name, and others that end in a number, none too long."""
    endings = [f" {number}" for number in range(2, MOST_COPIES + 1)]
    return [name, *(f"{name[: LONGEST_NAME - len(ending)].rstrip()}{ending}" for ending in endings)]

"""Presets with their files, and which starters a server hides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.presets import Census, Preset, PresetStore, Shelf
from bot.services.requests import StoredImage, Wishes
from bot.storage.database.sqlite import DamagedRowError, by_name
from bot.storage.ledger.requests import unused_files
from bot.storage.policies import write_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.policy import Decision
    from bot.storage.database.database import Database
    from bot.storage.database.sqlite import sqlite3

OF = """
SELECT * FROM presets WHERE server_id = :server_id AND (shelf = 'server' OR maker_id = :user_id)
ORDER BY shelf, key
"""
GET = "SELECT * FROM presets WHERE server_id = ? AND id = ?"
# From a picture of ours nobody starts any more that was deleted, or that only its owner sees by now and they are not,
# although its file may be there for something else.
FILES = """
SELECT preset_files.*, deleted_at IS NOT NULL OR (
    private AND publications.picture_number IS NULL AND (:shelf = 'server' OR user_id <> :maker_id)
) AS is_lost
FROM preset_files
LEFT JOIN pictures ON pictures.number = preset_files.picture_number
LEFT JOIN jobs ON jobs.id = pictures.job_id
LEFT JOIN requests ON requests.id = jobs.request_id
LEFT JOIN publications ON publications.picture_number = pictures.number AND posted_at IS NOT NULL
WHERE preset_id = :id ORDER BY place
"""
NAMES = """
SELECT key, id FROM presets
WHERE server_id = :server_id AND shelf = :shelf AND (shelf = 'server' OR maker_id = :maker_id) AND id <> :id
"""
BYTES = """
SELECT coalesce(sum(byte_size) FILTER (WHERE shelf = 'mine' AND maker_id = :maker_id), 0), coalesce(sum(byte_size), 0)
FROM preset_files JOIN presets ON presets.id = preset_id
WHERE server_id = :server_id AND presets.id <> :id
"""
PUT = """
INSERT INTO presets (id, server_id, shelf, maker_id, name, key, words, options, takes_picture, private, created_at)
VALUES (:id, :server_id, :shelf, :maker_id, :name, :key, :words, :options, :takes_picture, :private, :created_at)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, key = excluded.key, words = excluded.words,
    options = excluded.options, takes_picture = excluded.takes_picture, private = excluded.private
"""
PUT_FILE = """
INSERT INTO preset_files (preset_id, place, digest, media_type, width, height, byte_size, picture_number)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


class SqlitePresets(PresetStore):
    """Fulfils `PresetStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def of(self, server_id: int, user_id: int) -> Sequence[Preset]:
        def look(connection: sqlite3.Connection) -> tuple[Preset, ...]:
            rows = by_name(connection).execute(OF, {"server_id": server_id, "user_id": user_id}).fetchall()
            return tuple(_preset(connection, row) for row in rows)

        return await self._database.read(look)

    @override
    async def get(self, server_id: int, preset_id: int) -> Preset | None:
        def look(connection: sqlite3.Connection) -> Preset | None:
            row = by_name(connection).execute(GET, (server_id, preset_id)).fetchone()
            return None if row is None else _preset(connection, row)

        return await self._database.read(look)

    @override
    async def put(
        self, preset: Preset, check: Callable[[Census], None], decision: Decision | None = None
    ) -> Sequence[str]:
        def write(connection: sqlite3.Connection) -> Sequence[str]:
            values = _columns(preset)
            check(_census(connection, values))
            before = _digests(connection, preset.id)
            connection.execute(PUT, values)
            connection.execute("DELETE FROM preset_files WHERE preset_id = ?", (preset.id,))
            connection.executemany(
                PUT_FILE, [_file_row(preset.id, place, file) for place, file in enumerate(preset.references)]
            )
            _note(connection, preset.server_id, decision)
            return unused_files(connection, before)

        return await self._database.transaction(write)

    @override
    async def delete(self, preset: Preset, decision: Decision | None = None) -> Sequence[str] | None:
        def write(connection: sqlite3.Connection) -> Sequence[str] | None:
            before = _digests(connection, preset.id)
            key = (preset.server_id, preset.id)
            if not connection.execute("DELETE FROM presets WHERE server_id = ? AND id = ?", key).rowcount:
                return None
            _note(connection, preset.server_id, decision)
            return unused_files(connection, before)

        return await self._database.transaction(write)

    @override
    async def hidden(self, server_id: int) -> frozenset[str]:
        sql = "SELECT starter FROM hidden_starters WHERE server_id = ?"
        rows = await self._database.read(lambda connection: connection.execute(sql, (server_id,)).fetchall())
        return frozenset(starter for (starter,) in rows)

    @override
    async def hide(self, server_id: int, starter: str, *, hidden: bool, decision: Decision) -> bool:
        sql = (
            "INSERT INTO hidden_starters (server_id, starter) VALUES (?, ?) ON CONFLICT DO NOTHING"
            if hidden
            else "DELETE FROM hidden_starters WHERE server_id = ? AND starter = ?"
        )

        def write(connection: sqlite3.Connection) -> bool:
            if not connection.execute(sql, (server_id, starter)).rowcount:
                return False
            write_entry(connection, server_id, decision)
            return True

        return await self._database.transaction(write)


def _note(connection: sqlite3.Connection, server_id: int, decision: Decision | None) -> None:
    if decision is not None:
        write_entry(connection, server_id, decision)


def _census(connection: sqlite3.Connection, values: dict[str, int | str | bool]) -> Census:
    names = dict(connection.execute(NAMES, values).fetchall())
    of_member, of_server = connection.execute(BYTES, values).fetchone()
    exists = connection.execute(GET, (values["server_id"], values["id"])).fetchone() is not None
    return Census(names, of_member, of_server, exists)


def _digests(connection: sqlite3.Connection, preset_id: int) -> list[str]:
    rows = connection.execute("SELECT digest FROM preset_files WHERE preset_id = ?", (preset_id,))
    return [digest for (digest,) in rows]


def _columns(preset: Preset) -> dict[str, int | str | bool]:
    return {
        "id": preset.id,
        "server_id": preset.server_id,
        "shelf": preset.shelf.value,
        "maker_id": preset.maker_id,
        "name": preset.name,
        "key": preset.key,
        "words": preset.words,
        "options": json.dumps(preset.options.said),
        "takes_picture": preset.takes_picture,
        "private": preset.private,
        "created_at": preset.created_at,
    }


def _file_row(preset_id: int, place: int, file: StoredImage) -> tuple[int | str | None, ...]:
    return (preset_id, place, file.digest, file.media_type, file.width, file.height, file.byte_size, file.number)


def _preset(connection: sqlite3.Connection, row: sqlite3.Row) -> Preset:
    files = by_name(connection).execute(FILES, {name: row[name] for name in ("id", "shelf", "maker_id")}).fetchall()
    try:
        options = Wishes(**json.loads(row["options"]))
    except (ValueError, TypeError) as error:
        raise DamagedRowError("a preset") from error
    return Preset(
        id=row["id"],
        shelf=Shelf(row["shelf"]),
        name=row["name"],
        words=row["words"],
        options=options,
        references=tuple(_file(file) for file in files),
        lost=tuple(file["picture_number"] for file in files if file["is_lost"]),
        takes_picture=bool(row["takes_picture"]),
        private=bool(row["private"]),
        server_id=row["server_id"],
        maker_id=row["maker_id"],
        created_at=row["created_at"],
    )


def _file(row: sqlite3.Row) -> StoredImage:
    return StoredImage(
        row["digest"], row["media_type"], row["width"], row["height"], row["byte_size"], row["picture_number"]
    )

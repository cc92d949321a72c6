-- Presets of members and servers, the files that they start from, and which of the starters a server hides.

CREATE TABLE presets (
    id INTEGER PRIMARY KEY,                                 -- of the interaction that made it: never given twice
    server_id INTEGER NOT NULL,
    shelf TEXT NOT NULL CHECK (shelf IN ('mine', 'server')),
    maker_id INTEGER NOT NULL,                              -- of a member's own, the owner
    name TEXT NOT NULL,
    key TEXT NOT NULL,                                      -- by which names are the same
    words TEXT NOT NULL,
    options TEXT NOT NULL,                                  -- JSON; what is not chosen is not there
    takes_picture INTEGER NOT NULL CHECK (takes_picture IN (0, 1)),
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX presets_of_members ON presets (server_id, maker_id, key) WHERE shelf = 'mine';
CREATE UNIQUE INDEX presets_of_servers ON presets (server_id, key) WHERE shelf = 'server';

CREATE TABLE preset_files (
    preset_id INTEGER NOT NULL REFERENCES presets (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    byte_size INTEGER NOT NULL,
    picture_number INTEGER,                                 -- of the picture of ours that it is, or shows
    PRIMARY KEY (preset_id, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX preset_files_by_digest ON preset_files (digest);

CREATE TABLE hidden_starters (
    server_id INTEGER NOT NULL,
    starter TEXT NOT NULL,
    PRIMARY KEY (server_id, starter)
) STRICT, WITHOUT ROWID;

-- Lineage: from which of our pictures a request makes its own, and the message that it answers.

CREATE TABLE request_parents (
    request_id TEXT NOT NULL REFERENCES requests (id),
    position INTEGER NOT NULL CHECK (position >= 0),        -- 0 for the picture that is changed, then the references
    picture_number INTEGER NOT NULL REFERENCES pictures (number),
    PRIMARY KEY (request_id, position),
    UNIQUE (picture_number, request_id)
) STRICT, WITHOUT ROWID;

-- The member's message, where a reply was the request; NULL where a command, a button or a dialog was.
ALTER TABLE requests ADD COLUMN reply_to_id INTEGER;

-- What the mask kept of the original was put back into the picture: the file was written by us, not by the provider.
ALTER TABLE pictures ADD COLUMN is_composed INTEGER NOT NULL DEFAULT 0 CHECK (is_composed IN (0, 1));

-- What the text model that wrote an svg has cost: it has prices of its own, beside the job's four.
ALTER TABLE jobs ADD COLUMN usage_author_nano INTEGER NOT NULL DEFAULT 0 CHECK (usage_author_nano >= 0);

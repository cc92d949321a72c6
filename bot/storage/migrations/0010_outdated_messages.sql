-- Messages that show what is not to be seen there any more, so that a restart does not leave them standing.

-- Only who asked sees it: a direct message.
ALTER TABLE messages ADD COLUMN private INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1));

UPDATE messages SET private = 1 WHERE request_id IN (SELECT id FROM requests WHERE private = 1);

-- Something of what it shows was deleted, or is not public any more, and it was not changed yet.
ALTER TABLE messages ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0 CHECK (outdated IN (0, 1));

CREATE INDEX messages_outdated ON messages (request_id) WHERE outdated = 1;

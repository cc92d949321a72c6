-- Stars: which members hold which pictures for their favourites.

CREATE TABLE stars (
    picture_number INTEGER NOT NULL REFERENCES pictures (number) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    server_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (picture_number, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX stars_of_member ON stars (server_id, user_id, picture_number);

CREATE TRIGGER stars_go_with_their_picture AFTER UPDATE OF deleted_at ON pictures WHEN NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM stars WHERE picture_number = NEW.number;
END;

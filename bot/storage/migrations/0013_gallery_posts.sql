-- The gallery: pictures that have come into their server's gallery channel by their stars, or are to be posted there.

CREATE TABLE gallery_posts (
    picture_number INTEGER PRIMARY KEY REFERENCES pictures (number) ON DELETE CASCADE,
    server_id INTEGER NOT NULL,
    vote_id INTEGER NOT NULL,                               -- of the press that brought it: its post is younger
    message_id INTEGER,                                     -- NULL until it is posted
    told INTEGER,                                           -- stars that the post tells
    CHECK ((message_id IS NULL) = (told IS NULL))
) STRICT;

CREATE INDEX gallery_posts_due ON gallery_posts (vote_id) WHERE message_id IS NULL;

CREATE TRIGGER gallery_posts_go_with_their_picture AFTER UPDATE OF deleted_at ON pictures
WHEN NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM gallery_posts WHERE picture_number = NEW.number;
END;

-- Private pictures that their members show to everybody, and take back.

CREATE TABLE publications (
    picture_number INTEGER PRIMARY KEY REFERENCES pictures (number) ON DELETE CASCADE,
    press_id TEXT NOT NULL,                                 -- by which it was asked for; what has the same is one message
    channel_id INTEGER NOT NULL,                            -- where everybody is shown it
    parent_channel_id INTEGER NOT NULL,                     -- of a thread, as in requests
    at INTEGER NOT NULL,
    posted_at INTEGER                                       -- NULL while it is being posted: it is private still
) STRICT;

CREATE INDEX publications_pending ON publications (press_id) WHERE posted_at IS NULL;

-- As before, but what is published is everybody's, where it was published.
DROP VIEW history_of_pictures;

CREATE VIEW history_of_pictures (
    number, request_id, server_id, channel_id, place_id, user_id, private, model, created_at, words
) AS
SELECT pictures.number, requests.id, server_id,
    coalesce(publications.channel_id, requests.channel_id),
    CASE coalesce(publications.parent_channel_id, requests.parent_channel_id)
        WHEN 0 THEN coalesce(publications.channel_id, requests.channel_id)
        ELSE coalesce(publications.parent_channel_id, requests.parent_channel_id)
    END,
    user_id, private AND publications.picture_number IS NULL, jobs.model, pictures.created_at,
    CASE WHEN json_valid(request) THEN
        substr(coalesce(json_extract(request, '$.prompt'), ''), 1, 6000) || char(10) || substr(coalesce(
            (SELECT group_concat(value, char(10)) FROM json_each(request, '$.story')), ''), 1, 2000)
    ELSE '' END || '  '
FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
LEFT JOIN publications ON publications.picture_number = pictures.number AND posted_at IS NOT NULL
WHERE deleted_at IS NULL;

DROP TRIGGER history_has_the_owners_of_requests;

CREATE TRIGGER history_has_the_owners_of_requests AFTER UPDATE OF user_id, private ON requests
WHEN OLD.private <> NEW.private OR OLD.user_id <> NEW.user_id
BEGIN
    UPDATE history
    SET (user_id, private) = (
        SELECT user_id, private FROM history_of_pictures AS now WHERE now.number = history.number
    )
    WHERE request_id = NEW.id;
END;

CREATE TRIGGER history_has_what_is_published AFTER UPDATE OF posted_at ON publications
BEGIN
    UPDATE history
    SET (channel_id, place_id, private) = (
        SELECT channel_id, place_id, private FROM history_of_pictures AS now WHERE now.number = history.number
    )
    WHERE number = NEW.picture_number;
END;

CREATE TRIGGER history_hides_what_is_taken_back AFTER DELETE ON publications
BEGIN
    UPDATE history
    SET (channel_id, place_id, private) = (
        SELECT channel_id, place_id, private FROM history_of_pictures AS now WHERE now.number = history.number
    )
    WHERE number = OLD.picture_number;
    DELETE FROM gallery_posts WHERE picture_number = OLD.picture_number;
END;

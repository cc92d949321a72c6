-- The history: every picture that is not deleted, with what it is looked up by, and an index of its words.

-- The words are those that it was made from, the newest first. Two spaces end them, so that each of their signs begins
-- three, which is what the index holds. Damaged requests have none: a picture is booked all the same.
CREATE TABLE history (
    number INTEGER PRIMARY KEY,                             -- of the picture
    request_id TEXT NOT NULL,
    server_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    place_id INTEGER NOT NULL,                              -- the same, or of a thread the channel that it belongs to
    user_id INTEGER NOT NULL,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    model TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    words TEXT NOT NULL
) STRICT;

CREATE INDEX history_of_server ON history (server_id, number);
CREATE INDEX history_of_member ON history (server_id, user_id, number);
CREATE INDEX history_of_model ON history (server_id, model, number);
CREATE INDEX history_of_place ON history (server_id, place_id, number);
CREATE INDEX history_of_time ON history (server_id, created_at);
CREATE INDEX history_of_request ON history (request_id);

-- Three signs at a time, for Chinese, Japanese and Thai are written without spaces, and people remember parts of words.
CREATE VIRTUAL TABLE history_words USING fts5 (
    words, content = 'history', content_rowid = 'number', tokenize = 'trigram'
);

-- What the index holds, for words of one or two signs.
CREATE VIRTUAL TABLE history_terms USING fts5vocab ('history_words', 'row');

CREATE VIEW history_of_pictures (
    number, request_id, server_id, channel_id, place_id, user_id, private, model, created_at, words
) AS
SELECT pictures.number, requests.id, server_id, channel_id,
    CASE parent_channel_id WHEN 0 THEN channel_id ELSE parent_channel_id END,
    user_id, private, jobs.model, pictures.created_at,
    CASE WHEN json_valid(request) THEN
        substr(coalesce(json_extract(request, '$.prompt'), ''), 1, 6000) || char(10) || substr(coalesce(
            (SELECT group_concat(value, char(10)) FROM json_each(request, '$.story')), ''), 1, 2000)
    ELSE '' END || '  '
FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
WHERE deleted_at IS NULL;

CREATE TRIGGER history_is_indexed AFTER INSERT ON history
BEGIN
    INSERT INTO history_words (rowid, words) VALUES (NEW.number, NEW.words);
END;

CREATE TRIGGER history_leaves_the_index AFTER DELETE ON history
BEGIN
    INSERT INTO history_words (history_words, rowid, words) VALUES ('delete', OLD.number, OLD.words);
END;

CREATE TRIGGER history_is_indexed_anew AFTER UPDATE OF words ON history
BEGIN
    INSERT INTO history_words (history_words, rowid, words) VALUES ('delete', OLD.number, OLD.words);
    INSERT INTO history_words (rowid, words) VALUES (NEW.number, NEW.words);
END;

INSERT INTO history SELECT * FROM history_of_pictures ORDER BY number;

-- Whoever writes, deletes or blanks a picture or a request, for whatever reason: the history follows.
CREATE TRIGGER pictures_enter_history AFTER INSERT ON pictures WHEN NEW.deleted_at IS NULL
BEGIN
    INSERT INTO history SELECT * FROM history_of_pictures WHERE number = NEW.number;
END;

CREATE TRIGGER pictures_leave_history AFTER UPDATE OF deleted_at ON pictures WHEN NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM history WHERE number = NEW.number;
END;

CREATE TRIGGER lost_pictures_leave_history AFTER DELETE ON pictures
BEGIN
    DELETE FROM history WHERE number = OLD.number;
END;

CREATE TRIGGER history_has_the_words_of_requests AFTER UPDATE OF request ON requests WHEN OLD.request <> NEW.request
BEGIN
    UPDATE history
    SET words = (SELECT words FROM history_of_pictures AS now WHERE now.number = history.number)
    WHERE request_id = NEW.id;
END;

CREATE TRIGGER history_has_the_owners_of_requests AFTER UPDATE OF user_id, private ON requests
WHEN OLD.private <> NEW.private OR OLD.user_id <> NEW.user_id
BEGIN
    UPDATE history SET private = NEW.private, user_id = NEW.user_id WHERE request_id = NEW.id;
END;

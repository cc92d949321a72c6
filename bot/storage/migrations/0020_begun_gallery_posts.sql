-- A post in the gallery that was begun, and perhaps stands, is looked for also when its picture is gone or private.

-- Where it was begun; NULL before, and as soon as it is known what came of it.
ALTER TABLE gallery_posts ADD COLUMN begun_in INTEGER;

DROP TRIGGER gallery_posts_go_with_their_picture;

CREATE TRIGGER gallery_posts_go_with_their_picture AFTER UPDATE OF deleted_at ON pictures
WHEN NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM gallery_posts WHERE picture_number = NEW.number AND begun_in IS NULL;
END;

DROP TRIGGER gallery_posts_go_with_publicity;

CREATE TRIGGER gallery_posts_go_with_publicity AFTER UPDATE OF private ON requests WHEN OLD.private < NEW.private
BEGIN
    DELETE FROM gallery_posts WHERE begun_in IS NULL AND picture_number IN (
        SELECT pictures.number FROM jobs JOIN pictures ON pictures.job_id = jobs.id WHERE jobs.request_id = NEW.id
    );
END;

DROP TRIGGER history_hides_what_is_taken_back;

CREATE TRIGGER history_hides_what_is_taken_back AFTER DELETE ON publications
BEGIN
    UPDATE history
    SET (channel_id, place_id, private) = (
        SELECT channel_id, place_id, private FROM history_of_pictures AS now WHERE now.number = history.number
    )
    WHERE number = OLD.picture_number;
    DELETE FROM gallery_posts WHERE picture_number = OLD.picture_number AND begun_in IS NULL;
END;

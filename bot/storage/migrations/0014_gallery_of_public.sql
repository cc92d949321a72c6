-- What is made private again leaves the gallery: should it be published once more, a star may bring it there anew.

CREATE TRIGGER gallery_posts_go_with_publicity AFTER UPDATE OF private ON requests WHEN OLD.private < NEW.private
BEGIN
    DELETE FROM gallery_posts WHERE picture_number IN (
        SELECT pictures.number FROM jobs JOIN pictures ON pictures.job_id = jobs.id WHERE jobs.request_id = NEW.id
    );
END;

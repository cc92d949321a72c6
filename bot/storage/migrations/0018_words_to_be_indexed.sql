-- Words are indexed apart from the books: a damaged index must not keep a picture from being booked.

-- Pictures whose words changed since they were indexed, with the words that the index has; NULL if it has none.
CREATE TABLE history_changes (
    number INTEGER PRIMARY KEY,
    indexed TEXT
) STRICT;

DROP TRIGGER history_is_indexed;

DROP TRIGGER history_leaves_the_index;

DROP TRIGGER history_is_indexed_anew;

CREATE TRIGGER history_is_to_be_indexed AFTER INSERT ON history
BEGIN
    INSERT INTO history_changes (number, indexed) VALUES (NEW.number, NULL) ON CONFLICT (number) DO NOTHING;
END;

CREATE TRIGGER history_is_to_leave_the_index AFTER DELETE ON history
BEGIN
    INSERT INTO history_changes (number, indexed) VALUES (OLD.number, OLD.words) ON CONFLICT (number) DO NOTHING;
END;

CREATE TRIGGER history_is_to_be_indexed_anew AFTER UPDATE OF words ON history WHEN OLD.words <> NEW.words
BEGIN
    INSERT INTO history_changes (number, indexed) VALUES (NEW.number, OLD.words) ON CONFLICT (number) DO NOTHING;
END;

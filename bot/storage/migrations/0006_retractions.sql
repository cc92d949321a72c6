-- A dispatch is taken back where the call certainly did not start: the job waits in line again, also over a restart.

DROP TRIGGER jobs_go_forward;

CREATE TRIGGER jobs_go_their_way BEFORE UPDATE OF state ON jobs WHEN NOT (
    (OLD.state = 'reserved' AND NEW.state IN ('dispatched', 'released'))
    OR (OLD.state = 'dispatched' AND NEW.state IN ('reserved', 'settled', 'released', 'unknown'))
    OR (OLD.state = 'unknown' AND NEW.state IN ('settled', 'released'))
)
BEGIN
    SELECT RAISE(ABORT, 'a job cannot go from this state to that');
END;

-- The events once more, with one kind more: a CHECK cannot be changed in place.
CREATE TABLE events_anew (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    kind TEXT NOT NULL CHECK (kind IN ('reserve', 'dispatch', 'retract', 'settle', 'release', 'unknown')),
    nano INTEGER NOT NULL CHECK (nano >= 0),                -- held, charged or freed, as the kind says
    images INTEGER NOT NULL CHECK (images >= 0),
    overshoot_nano INTEGER NOT NULL DEFAULT 0 CHECK (overshoot_nano >= 0),
    note TEXT NOT NULL DEFAULT '',
    actor_id INTEGER                                        -- the lead who took this step; NULL where the bot did
) STRICT;

INSERT INTO events_anew (seq, at, job_id, kind, nano, images, overshoot_nano, note, actor_id)
    SELECT seq, at, job_id, kind, nano, images, overshoot_nano, note, actor_id FROM events ORDER BY seq;

DROP TABLE events;

ALTER TABLE events_anew RENAME TO events;

CREATE UNIQUE INDEX events_happen_once ON events (job_id, kind) WHERE kind IN ('reserve', 'settle', 'release');
CREATE UNIQUE INDEX events_close_once ON events (job_id) WHERE kind IN ('settle', 'release');

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'an event never changes');
END;

CREATE TRIGGER events_are_kept BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'an event is never deleted');
END;

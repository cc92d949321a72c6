-- The ledger, the requests and their pictures: what must outlast every crash.
-- Times are seconds since 1970 (UTC), money is nano-dollars, ids of people and places are Discord's.

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    server_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    role_ids TEXT NOT NULL,                                 -- JSON, frozen as they were when it was asked
    request TEXT NOT NULL,
    application_id INTEGER NOT NULL,
    interaction_token TEXT NOT NULL,                        -- empty once it is of no use
    token_expires_at INTEGER NOT NULL,
    progress_message_id INTEGER,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    created_at INTEGER NOT NULL,
    delivered_at INTEGER
) STRICT;

CREATE INDEX requests_undelivered ON requests (created_at) WHERE delivered_at IS NULL;

-- The input pictures of a request, so that the file of a deleted picture is kept for as long as an edit of it needs it.
CREATE TABLE request_inputs (
    digest TEXT NOT NULL,
    request_id TEXT NOT NULL REFERENCES requests (id),
    PRIMARY KEY (digest, request_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX request_inputs_of ON request_inputs (request_id);

CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    request_id TEXT NOT NULL REFERENCES requests (id),
    number INTEGER NOT NULL CHECK (number >= 1),            -- of the request's pictures, from 1
    state TEXT NOT NULL CHECK (state IN ('reserved', 'dispatched', 'unknown', 'settled', 'released')),
    model TEXT NOT NULL,
    -- The prices that count for this job, in nano-dollars per token, whatever the catalog says later.
    price_text_input INTEGER NOT NULL CHECK (price_text_input >= 0),
    price_image_input INTEGER NOT NULL CHECK (price_image_input >= 0),
    price_image_output INTEGER NOT NULL CHECK (price_image_output >= 0),
    price_text_output INTEGER NOT NULL CHECK (price_text_output >= 0),
    hold_nano INTEGER NOT NULL CHECK (hold_nano >= 0),
    hold_images INTEGER NOT NULL CHECK (hold_images >= 0),
    actual_nano INTEGER CHECK (actual_nano >= 0),
    actual_images INTEGER CHECK (actual_images >= 0),
    overshoot_nano INTEGER NOT NULL DEFAULT 0,              -- by how much the cost passed the hold
    usage_text_input INTEGER CHECK (usage_text_input >= 0), -- tokens, as the provider reported them
    usage_image_input INTEGER CHECK (usage_image_input >= 0),
    usage_image_output INTEGER CHECK (usage_image_output >= 0),
    usage_text_output INTEGER CHECK (usage_text_output >= 0),
    provider_request_id TEXT,
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    outcome TEXT,                                           -- a short word, for the log and the report
    failure TEXT,                                           -- a sentence for the member
    reserved_at INTEGER NOT NULL,
    dispatched_at INTEGER,
    deadline_at INTEGER,                                    -- when an unknown job is charged at its hold
    closed_at INTEGER,
    UNIQUE (request_id, number),
    CHECK ((state IN ('settled', 'released')) = (closed_at IS NOT NULL)),
    CHECK ((state = 'settled') = (actual_nano IS NOT NULL)),
    CHECK ((state = 'settled') = (actual_images IS NOT NULL)),
    CHECK (overshoot_nano = CASE state WHEN 'settled' THEN max(actual_nano - hold_nano, 0) ELSE 0 END),
    CHECK (state <> 'reserved' OR dispatched_at IS NULL),
    CHECK (state IN ('reserved', 'released') OR dispatched_at IS NOT NULL),
    CHECK (state <> 'unknown' OR deadline_at IS NOT NULL)
) STRICT;

CREATE INDEX jobs_unknown ON jobs (deadline_at) WHERE state = 'unknown';
CREATE INDEX jobs_reserved_at ON jobs (reserved_at);

CREATE TRIGGER jobs_are_kept BEFORE DELETE ON jobs
BEGIN
    SELECT RAISE(ABORT, 'a job is never deleted');
END;

CREATE TRIGGER jobs_stay_closed BEFORE UPDATE ON jobs WHEN OLD.state IN ('settled', 'released')
BEGIN
    SELECT RAISE(ABORT, 'a closed job never changes');
END;

CREATE TRIGGER jobs_keep_their_reservation BEFORE UPDATE OF
    seq, id, request_id, number, model, price_text_input, price_image_input, price_image_output, price_text_output,
    hold_nano, hold_images, reserved_at ON jobs
BEGIN
    SELECT RAISE(ABORT, 'what was reserved never changes');
END;

CREATE TRIGGER jobs_go_forward BEFORE UPDATE OF state ON jobs WHEN NOT (
    (OLD.state = 'reserved' AND NEW.state IN ('dispatched', 'released'))
    OR (OLD.state = 'dispatched' AND NEW.state IN ('settled', 'released', 'unknown'))
    OR (OLD.state = 'unknown' AND NEW.state IN ('settled', 'released'))
)
BEGIN
    SELECT RAISE(ABORT, 'a job cannot go from this state to that');
END;

-- One counter per scope and calendar window. A new window is a new row: nothing is ever reset.
CREATE TABLE buckets (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL CHECK (scope IN ('installation', 'server', 'channel', 'role', 'member')),
    server_id INTEGER NOT NULL,
    scope_id INTEGER NOT NULL,
    period TEXT NOT NULL CHECK (period IN ('hour', 'day', 'week', 'month')),
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    settled_nano INTEGER NOT NULL DEFAULT 0 CHECK (settled_nano >= 0),
    held_nano INTEGER NOT NULL DEFAULT 0 CHECK (held_nano >= 0),
    settled_images INTEGER NOT NULL DEFAULT 0 CHECK (settled_images >= 0),
    held_images INTEGER NOT NULL DEFAULT 0 CHECK (held_images >= 0),
    UNIQUE (scope, server_id, scope_id, period, start_at, end_at),
    CHECK (start_at < end_at)
) STRICT;

-- Which counters a job touched when it was reserved: the ones that its end touches too, whatever the clock says then.
CREATE TABLE job_buckets (
    job_seq INTEGER NOT NULL REFERENCES jobs (seq),
    bucket_id INTEGER NOT NULL REFERENCES buckets (id),
    PRIMARY KEY (job_seq, bucket_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    kind TEXT NOT NULL CHECK (kind IN ('reserve', 'dispatch', 'settle', 'release', 'unknown')),
    nano INTEGER NOT NULL CHECK (nano >= 0),                -- held, charged or freed, as the kind says
    images INTEGER NOT NULL CHECK (images >= 0),
    overshoot_nano INTEGER NOT NULL DEFAULT 0 CHECK (overshoot_nano >= 0),
    note TEXT NOT NULL DEFAULT ''
) STRICT;

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

CREATE TABLE pictures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,               -- what people see; never given twice
    job_id TEXT NOT NULL UNIQUE REFERENCES jobs (id),
    digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    byte_size INTEGER NOT NULL,
    seconds REAL NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE INDEX pictures_by_digest ON pictures (digest);

-- The messages that show a request's result.
CREATE TABLE messages (
    message_id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    request_id TEXT NOT NULL REFERENCES requests (id)
) STRICT;

CREATE INDEX messages_of ON messages (request_id);

CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

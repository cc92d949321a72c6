-- What leads decide and correct: policies, grants, adjustments, alerts, pleas for more, and the audit of it all.

-- Of a thread: the channel that it belongs to, whose budget it draws on; 0 elsewhere.
ALTER TABLE requests ADD COLUMN parent_channel_id INTEGER NOT NULL DEFAULT 0;

-- The worst case of the price table, before what earlier overshoots add to the hold. NULL in jobs from before: the hold.
ALTER TABLE jobs ADD COLUMN estimate_nano INTEGER CHECK (estimate_nano >= 0);

CREATE TRIGGER jobs_keep_their_estimate BEFORE UPDATE OF estimate_nano ON jobs
BEGIN
    SELECT RAISE(ABORT, 'what was estimated never changes');
END;

-- The provider reported no tokens: what stands in their place is our estimate, and the cost is the hold.
ALTER TABLE jobs ADD COLUMN is_estimated INTEGER NOT NULL DEFAULT 0 CHECK (is_estimated IN (0, 1));

CREATE INDEX jobs_overshot ON jobs (model, closed_at) WHERE overshoot_nano > 0;

-- The lead who took this step; NULL where the bot did.
ALTER TABLE events ADD COLUMN actor_id INTEGER;

-- What a server's leads have decided, as JSON. The version changes with every decision and grant, so that no
-- reservation is checked against what has been replaced.
CREATE TABLE policies (
    server_id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    document TEXT NOT NULL
) STRICT;

-- One-time credits, added to a limit until they end.
CREATE TABLE grants (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    server_id INTEGER NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('server', 'channel', 'role', 'member')),
    scope_id INTEGER NOT NULL,
    metric TEXT NOT NULL CHECK (metric IN ('images', 'usd')),
    period TEXT NOT NULL CHECK (period IN ('hour', 'day', 'week', 'month')),
    amount INTEGER NOT NULL CHECK (amount > 0),             -- nano-dollars or pictures
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    CHECK (start_at < end_at)
) STRICT;

CREATE INDEX grants_in_force ON grants (server_id, end_at);

CREATE TRIGGER grants_never_change BEFORE UPDATE ON grants
BEGIN
    SELECT RAISE(ABORT, 'a grant never changes');
END;

CREATE TRIGGER grants_are_kept BEFORE DELETE ON grants
BEGIN
    SELECT RAISE(ABORT, 'a grant is never deleted');
END;

-- Corrections of jobs that are closed: added to their cost and to the counters they touched. What the provider itself
-- reported stands for the installation, whose budget no lead can free or fill: there, only other jobs are corrected.
CREATE TABLE adjustments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    nano INTEGER NOT NULL,
    images INTEGER NOT NULL,
    installation INTEGER NOT NULL CHECK (installation IN (0, 1)),   -- whether the installation's counters moved too
    actor_id INTEGER NOT NULL,
    why TEXT NOT NULL,
    CHECK (nano <> 0 OR images <> 0)
) STRICT;

CREATE INDEX adjustments_of ON adjustments (job_id);

CREATE TRIGGER adjustments_never_change BEFORE UPDATE ON adjustments
BEGIN
    SELECT RAISE(ABORT, 'an adjustment never changes');
END;

CREATE TRIGGER adjustments_are_kept BEFORE DELETE ON adjustments
BEGIN
    SELECT RAISE(ABORT, 'an adjustment is never deleted');
END;

-- Who decided what, when, and why.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    server_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;

CREATE INDEX audit_of ON audit (server_id, seq);

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit never changes');
END;

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit is never deleted');
END;

-- Warnings that a budget is nearly or wholly used: once per window, level and maximum, posted when Discord takes them.
CREATE TABLE alerts (
    server_id INTEGER NOT NULL,                             -- whose log channel is told
    scope TEXT NOT NULL,
    scope_id INTEGER NOT NULL,
    metric TEXT NOT NULL,
    period TEXT NOT NULL,
    start_at INTEGER NOT NULL,
    level INTEGER NOT NULL CHECK (level > 0),               -- per cent; 99 for a refusal while something is left
    end_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    used INTEGER NOT NULL,
    maximum INTEGER NOT NULL,
    raised_at INTEGER NOT NULL,
    posted_at INTEGER,
    PRIMARY KEY (server_id, scope, scope_id, metric, period, start_at, level, maximum)
) STRICT, WITHOUT ROWID;

CREATE INDEX alerts_unposted ON alerts (server_id) WHERE posted_at IS NULL;

-- Members who ask their leads for more.
CREATE TABLE pleas (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    server_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    parent_channel_id INTEGER NOT NULL,                     -- of a thread, as in requests
    user_id INTEGER NOT NULL,
    role_ids TEXT NOT NULL,                                 -- JSON, as they were when it was asked
    scope TEXT NOT NULL,
    scope_id INTEGER NOT NULL,
    metric TEXT NOT NULL,
    period TEXT NOT NULL,
    wanted INTEGER NOT NULL CHECK (wanted > 0),             -- nano-dollars or pictures of the request that was refused
    needed INTEGER NOT NULL CHECK (needed > 0),             -- of that, what was missing
    ends_at INTEGER NOT NULL,                               -- when the window ends by itself
    state TEXT NOT NULL CHECK (state IN ('open', 'granted', 'declined', 'needless')),
    told_at INTEGER,                                        -- when leads could read it
    decided_at INTEGER,
    decided_by INTEGER,
    granted INTEGER CHECK (granted > 0),                    -- nano-dollars or pictures
    member_told_at INTEGER,                                 -- when the member could read what was decided
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK ((state = 'granted') = (granted IS NOT NULL)),
    CHECK (state <> 'open' OR member_told_at IS NULL)
) STRICT;

CREATE UNIQUE INDEX pleas_open ON pleas (server_id, user_id, scope, scope_id, metric, period, ends_at)
    WHERE state = 'open';

CREATE INDEX pleas_declined ON pleas (server_id, user_id, ends_at) WHERE state = 'declined';

CREATE INDEX pleas_untold ON pleas (decided_at) WHERE state <> 'open' AND member_told_at IS NULL;

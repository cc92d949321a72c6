-- What people send us, from its arrival until it is answered, so that nobody is left waiting by a restart; and for a day
-- after that, so that nothing is done twice.

CREATE TABLE errands (
    id TEXT PRIMARY KEY,                                    -- of the interaction or the member's message
    at INTEGER NOT NULL,
    server_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    parent_channel_id INTEGER NOT NULL,                     -- of a thread, as in requests
    user_id INTEGER NOT NULL,
    role_ids TEXT NOT NULL,                                 -- JSON, as they were then
    application_id INTEGER NOT NULL,
    interaction_token TEXT NOT NULL,                        -- empty once it is answered
    token_expires_at INTEGER NOT NULL,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    reply_to_id INTEGER,                                    -- the member's message, where it was one
    words TEXT NOT NULL,                                    -- what was asked for; empty once it is answered
    answered_at INTEGER
) STRICT;

CREATE INDEX errands_by_age ON errands (at);
CREATE INDEX errands_unanswered ON errands (at) WHERE answered_at IS NULL;

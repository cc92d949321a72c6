-- Conversations: threads in which each message is the next instruction.

CREATE TABLE conversations (
    thread_id INTEGER PRIMARY KEY,
    server_id INTEGER NOT NULL,
    opened_by INTEGER NOT NULL,
    picture_number INTEGER,                                 -- that it began with; NULL if it began with words
    opened_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,                            -- when something was last said in it
    ended_at INTEGER
) STRICT;

CREATE INDEX conversations_going_on ON conversations (touched_at) WHERE ended_at IS NULL;
CREATE INDEX requests_of_channel ON requests (channel_id, created_at);

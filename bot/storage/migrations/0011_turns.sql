-- Turns of conversations: what each was answered, beside its picture or without one.

CREATE TABLE turn_answers (
    job_id TEXT PRIMARY KEY REFERENCES jobs (id),
    response_id TEXT,                                       -- the provider's; a next turn goes on from it
    words TEXT NOT NULL,
    revised_prompt TEXT NOT NULL,                           -- empty where no picture was made
    refusal TEXT NOT NULL,                                  -- why the safety check allowed no picture; empty if it did
    context_tokens INTEGER NOT NULL CHECK (context_tokens >= 0),
    context_pictures INTEGER NOT NULL CHECK (context_pictures >= 0)
) STRICT, WITHOUT ROWID;

-- Answers that Discord takes in no way are kept for their members, and progress that stands too long is remembered.

-- Since when the answer waits for its member to fetch it; NULL where none does.
ALTER TABLE requests ADD COLUMN kept_at INTEGER;

CREATE INDEX requests_kept ON requests (user_id) WHERE kept_at IS NOT NULL;

-- The request is answered, but its progress message could not be brought to an end.
ALTER TABLE requests ADD COLUMN progress_left INTEGER NOT NULL DEFAULT 0 CHECK (progress_left IN (0, 1));

CREATE INDEX requests_progress_left ON requests (created_at) WHERE progress_left = 1;

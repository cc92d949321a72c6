-- Lineage: which picture a request changes, and the message that it answers.

ALTER TABLE requests ADD COLUMN parent_number INTEGER REFERENCES pictures (number);

CREATE INDEX requests_of_parent ON requests (parent_number) WHERE parent_number IS NOT NULL;

-- The member's message, where a reply was the request; NULL where a command, a button or a dialog was.
ALTER TABLE requests ADD COLUMN reply_to_id INTEGER;

-- Members are told in their language what was decided of their requests for more, and leads read the audit in theirs.

-- Discord's locale of who asked; empty where it is not known.
ALTER TABLE pleas ADD COLUMN locale TEXT NOT NULL DEFAULT '';

-- How the sentences in `subject`, `before` and `after` are made, as JSON; NULL of decisions of earlier versions.
ALTER TABLE audit ADD COLUMN told TEXT;

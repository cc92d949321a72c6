-- In which language a request and whoever waits are answered, also after a restart.

-- Discord's locale: of who asked where only they see the answer, else of the server; empty where it is not known.
ALTER TABLE requests ADD COLUMN locale TEXT NOT NULL DEFAULT '';

ALTER TABLE errands ADD COLUMN locale TEXT NOT NULL DEFAULT '';

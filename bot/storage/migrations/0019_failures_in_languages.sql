-- Why a job made no picture is told in the language of whoever asked, also after a restart.

-- How the sentence in `failure` is made, as JSON; NULL where it is English alone.
ALTER TABLE jobs ADD COLUMN failure_told TEXT;

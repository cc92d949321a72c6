"""What must hold of the ledger's tables after every step, said in SQL of its own (facts on reliability, I1 to I11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

# Each finds what is wrong: no rows, no fault.
FAULTS = {
    "I1 a counter is not the sum of the jobs that touched it": """
        SELECT buckets.id FROM buckets
        LEFT JOIN job_buckets ON bucket_id = buckets.id LEFT JOIN jobs ON seq = job_seq
        GROUP BY buckets.id HAVING
            settled_nano <> coalesce(sum(actual_nano), 0) + (
                SELECT coalesce(sum(nano), 0) FROM adjustments JOIN jobs AS closed ON closed.id = job_id
                JOIN job_buckets AS touched ON touched.job_seq = closed.seq
                WHERE touched.bucket_id = buckets.id AND (installation OR scope <> 'installation'))
            OR settled_images <> coalesce(sum(actual_images), 0) + (
                SELECT coalesce(sum(images), 0) FROM adjustments JOIN jobs AS closed ON closed.id = job_id
                JOIN job_buckets AS touched ON touched.job_seq = closed.seq
                WHERE touched.bucket_id = buckets.id AND (installation OR scope <> 'installation'))
            OR held_nano <> coalesce(sum(hold_nano) FILTER (WHERE closed_at IS NULL), 0)
            OR held_images <> coalesce(sum(hold_images) FILTER (WHERE closed_at IS NULL), 0)""",
    "I1 a counter is not the sum of what its scope asked for in its window": """
        SELECT id FROM (
            SELECT buckets.*, (
                SELECT coalesce(sum(
                    CASE WHEN closed_at IS NULL THEN hold_nano ELSE coalesce(actual_nano, 0) END
                    + (SELECT coalesce(sum(nano), 0) FROM adjustments WHERE job_id = jobs.id
                        AND (installation OR scope <> 'installation'))
                ), 0)
                FROM jobs JOIN requests ON requests.id = request_id
                WHERE reserved_at >= start_at AND reserved_at < end_at
                AND (scope = 'installation' OR requests.server_id = buckets.server_id)
                AND CASE scope
                    WHEN 'installation' THEN buckets.server_id = 0 AND scope_id = 0
                    WHEN 'server' THEN requests.server_id = scope_id
                    WHEN 'channel' THEN coalesce(nullif(parent_channel_id, 0), requests.channel_id) = scope_id
                    WHEN 'member' THEN requests.user_id = scope_id
                    ELSE EXISTS (SELECT 1 FROM json_each(role_ids) WHERE value = scope_id)
                END
            ) AS expected FROM buckets
            WHERE NOT EXISTS (  -- where a server moved to another zone, two windows share the time
                SELECT 1 FROM buckets AS other WHERE other.id <> buckets.id AND other.period = buckets.period
                AND (other.scope, other.server_id, other.scope_id)
                    = (buckets.scope, buckets.server_id, buckets.scope_id)
                AND other.start_at < buckets.end_at AND other.end_at > buckets.start_at
            )
        ) WHERE settled_nano + held_nano <> expected""",
    "I4 the events do not tell the job's state": """
        SELECT jobs.id FROM jobs LEFT JOIN events ON job_id = jobs.id GROUP BY jobs.id HAVING
            sum(kind = 'reserve' AND nano = hold_nano AND images = hold_images) <> 1
            OR sum(kind = 'dispatch') - sum(kind = 'retract') <> (dispatched_at IS NOT NULL)
            OR sum(kind = 'dispatch') <> attempt
            OR sum(kind = 'unknown') <> (deadline_at IS NOT NULL)
            OR sum(kind = 'settle' AND nano = actual_nano AND events.overshoot_nano = jobs.overshoot_nano)
                <> (state = 'settled')
            OR sum(kind = 'release' AND nano = hold_nano) <> (state = 'released')
            OR count(*) <> 1 + (dispatched_at IS NOT NULL) + (deadline_at IS NOT NULL) + (closed_at IS NOT NULL)
                + 2 * sum(kind = 'retract')""",
    "I4 events are not in their order": """
        SELECT seq FROM (
            SELECT seq, kind, lag(kind, 1, '') OVER (PARTITION BY job_id ORDER BY seq) AS before FROM events
        ) WHERE NOT CASE kind
            WHEN 'reserve' THEN before = ''
            WHEN 'dispatch' THEN before IN ('reserve', 'retract')
            WHEN 'retract' THEN before = 'dispatch'
            WHEN 'unknown' THEN before = 'dispatch'
            WHEN 'settle' THEN before IN ('dispatch', 'unknown')
            ELSE before IN ('reserve', 'dispatch', 'retract', 'unknown') END""",
    "I5 an amount is negative or no integer": """
        SELECT id FROM buckets WHERE min(settled_nano, held_nano, settled_images, held_images) < 0
            OR typeof(settled_nano) || typeof(held_nano) <> 'integerinteger'""",
    "I8 the scopes do not add up to the settle events": """
        SELECT scope, period FROM buckets WHERE scope <> 'role' GROUP BY scope, period HAVING
            sum(settled_nano) <> (SELECT coalesce(sum(nano), 0) FROM events WHERE kind = 'settle')
                + (SELECT coalesce(sum(nano), 0) FROM adjustments WHERE installation OR scope <> 'installation')
            OR sum(settled_images) <> (SELECT coalesce(sum(images), 0) FROM events WHERE kind = 'settle')
                + (SELECT coalesce(sum(images), 0) FROM adjustments WHERE installation OR scope <> 'installation')""",
    "I8 the scopes of one window do not add up": """
        SELECT period, start_at FROM buckets WHERE scope IN ('server', 'channel', 'member')
        GROUP BY period, start_at, end_at HAVING
            sum(held_nano) FILTER (WHERE scope = 'member') <> sum(held_nano) FILTER (WHERE scope = 'server')
            OR sum(held_nano) FILTER (WHERE scope = 'member') <> sum(held_nano) FILTER (WHERE scope = 'channel')
            OR sum(settled_nano) FILTER (WHERE scope = 'member') <> sum(settled_nano) FILTER (WHERE scope = 'server')
            OR sum(settled_nano) FILTER (WHERE scope = 'member') <> sum(settled_nano) FILTER (WHERE scope = 'channel')
        """,
    "I11 a job is outside a window that it counts in": """
        SELECT jobs.id FROM jobs JOIN job_buckets ON job_seq = seq JOIN buckets ON buckets.id = bucket_id
        WHERE NOT (start_at <= reserved_at AND reserved_at < end_at)""",
    "I11 a job does not count in each of its scopes once per window": """
        SELECT jobs.id FROM jobs JOIN requests ON requests.id = request_id
        WHERE (SELECT count(*) FROM job_buckets WHERE job_seq = seq)
            <> 4 * (4 + (SELECT count(DISTINCT value) FROM json_each(role_ids)))""",
    "a request does not have its jobs": """
        SELECT id FROM requests WHERE json_extract(request, '$.count')
            <> (SELECT count(*) FROM jobs WHERE request_id = requests.id)""",
    "a settled job has no picture, nor was it charged at its hold, nor by a lead": """
        SELECT id FROM jobs WHERE state = 'settled' AND actual_nano <> hold_nano
            AND NOT EXISTS (SELECT 1 FROM pictures WHERE job_id = jobs.id)
            AND NOT EXISTS (SELECT 1 FROM events WHERE job_id = jobs.id AND actor_id IS NOT NULL)
            AND outcome <> 'words'""",
    "an answer has no settled job, or a job in words alone has a picture, counts as one, or has no answer": """
        SELECT jobs.id FROM jobs LEFT JOIN turn_answers ON turn_answers.job_id = jobs.id
            LEFT JOIN pictures ON pictures.job_id = jobs.id
        WHERE (turn_answers.job_id IS NOT NULL AND state <> 'settled')
            OR (state = 'settled' AND outcome = 'words'
                AND (turn_answers.job_id IS NULL OR pictures.job_id IS NOT NULL OR actual_images <> 0))""",
    "an open job was adjusted, or one to less than nothing": """
        SELECT jobs.id FROM jobs JOIN adjustments ON job_id = jobs.id GROUP BY jobs.id
            HAVING closed_at IS NULL OR coalesce(actual_nano, 0) + sum(nano) < 0
            OR coalesce(actual_images, 0) + sum(images) NOT IN (0, 1)""",
    "a lead moved what the installation counts of a reported cost": """
        SELECT jobs.id FROM jobs JOIN adjustments ON job_id = jobs.id
        WHERE installation = (usage_image_output IS NOT NULL AND NOT is_estimated)""",
    "a lead charged more than was held or reported": """
        SELECT jobs.id FROM jobs LEFT JOIN adjustments ON job_id = jobs.id GROUP BY jobs.id
            HAVING coalesce(actual_nano, 0) + coalesce(sum(nano), 0) > max(hold_nano, coalesce(actual_nano, 0))""",
    "a correction is not in the audit": """
        SELECT 1 WHERE (SELECT count(*) FROM adjustments) + (SELECT count(*) FROM events WHERE actor_id IS NOT NULL)
            <> (SELECT count(*) FROM audit WHERE action = 'quota resolve')""",
    "a decision or grant is not in the audit, or did not change the version": """
        SELECT server_id FROM policies WHERE version <> (
            SELECT count(*) FROM audit WHERE audit.server_id = policies.server_id
            AND action NOT IN ('quota resolve', 'quota export', 'quota decline')
            AND action NOT LIKE 'picture %' AND action NOT LIKE 'preset %'
        )""",
    "a picture belongs to a job that is not settled": """
        SELECT pictures.number FROM pictures JOIN jobs ON jobs.id = job_id WHERE state <> 'settled'""",
    "a request does not hold on to a file that it sends": """
        SELECT id, digest FROM (
            SELECT requests.id, value ->> '$.digest' AS digest FROM requests, json_each(request, '$.references')
            UNION ALL SELECT id, request ->> '$.mask.digest' FROM requests
            UNION ALL SELECT id, request ->> '$.markup.digest' FROM requests
        ) AS sent WHERE digest IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM request_inputs WHERE request_id = id AND request_inputs.digest = sent.digest)""",
    "a request holds on to a file that it does not send": """
        SELECT request_id, digest FROM request_inputs JOIN requests ON id = request_id
        WHERE instr(request, digest) = 0""",
    "a request does not tell which pictures it starts from": """
        SELECT requests.id FROM requests WHERE (
            SELECT json_group_array(picture_number) FROM (
                SELECT picture_number FROM request_parents WHERE request_id = requests.id ORDER BY position)
        ) <> (
            SELECT json_group_array(number) FROM (
                SELECT number, min(place) FROM (
                    SELECT request ->> '$.parent' AS number, -1 AS place
                    UNION ALL SELECT value ->> '$.number', key FROM json_each(request, '$.references')
                ) WHERE number IS NOT NULL GROUP BY number ORDER BY min(place))
        )""",
    "the history is not what the pictures, their requests and what is published say": """
        SELECT number, user_id, private, words FROM history_of_pictures
        EXCEPT SELECT number, user_id, private, words FROM history""",
    "a picture is published twice, or of a request that is not private": """
        SELECT picture_number FROM publications
        JOIN pictures ON pictures.number = picture_number
        JOIN jobs ON jobs.id = job_id
        JOIN requests ON requests.id = request_id
        WHERE private = 0""",
    "a row refers to one that is not there": "SELECT * FROM pragma_foreign_key_check",
}


def faults(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """The invariants that do not hold, with the rows that break them."""
    found = {name: connection.execute(sql).fetchall() for name, sql in FAULTS.items()}
    return {name: rows for name, rows in found.items() if rows}

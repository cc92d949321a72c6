-- What the twentieth schema held: as the nineteenth, and a post in the gallery that was begun; applied to 0001 to 0020.
INSERT INTO requests (id, server_id, channel_id, user_id, role_ids, request, application_id, interaction_token, token_expires_at, progress_message_id, private, created_at, delivered_at)
    VALUES ('A', 1000000000000000000, 1000000000000000001, 1000000000000000002, '[1000000000000000008, 1000000000000000009]', '{"background": "auto", "count": 3, "model": "gpt-image-2", "output_format": "png", "partial_images": 0, "prompt": "a fox", "quality": "low", "references": [{"byte_size": 2000000, "digest": "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "height": 768, "media_type": "image/png", "width": 1024}], "size": "1024x768"}', 7, '', 1794312900, NULL, 0, 1794312000, 1794312011);
INSERT INTO requests (id, server_id, channel_id, user_id, role_ids, request, application_id, interaction_token, token_expires_at, progress_message_id, private, created_at, delivered_at)
    VALUES ('B', 1000000000000000000, 1000000000000000001, 1000000000000000002, '[1000000000000000008, 1000000000000000009]', '{"background": "auto", "count": 1, "model": "gpt-image-2", "output_format": "png", "partial_images": 0, "prompt": "a fox", "quality": "low", "references": [], "size": "1024x768"}', 7, 'token', 1794312900, NULL, 0, 1794312060, NULL);
INSERT INTO request_inputs (digest, request_id)
    VALUES ('ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', 'A');
INSERT INTO jobs (seq, id, request_id, number, state, model, price_text_input, price_image_input, price_image_output, price_text_output, hold_nano, hold_images, actual_nano, actual_images, overshoot_nano, usage_text_input, usage_image_input, usage_image_output, usage_text_output, provider_request_id, attempt, outcome, failure, reserved_at, dispatched_at, deadline_at, closed_at)
    VALUES (1, 'A:1', 'A', 1, 'settled', 'gpt-image-2', 5000, 8000, 30000, 0, 100, 1, 130, 1, 30, 10, 20, 30, 40, 'req_1', 1, 'completed', NULL, 1794312000, 1794312000, NULL, 1794312001);
INSERT INTO jobs (seq, id, request_id, number, state, model, price_text_input, price_image_input, price_image_output, price_text_output, hold_nano, hold_images, actual_nano, actual_images, overshoot_nano, usage_text_input, usage_image_input, usage_image_output, usage_text_output, provider_request_id, attempt, outcome, failure, reserved_at, dispatched_at, deadline_at, closed_at)
    VALUES (2, 'A:2', 'A', 2, 'unknown', 'gpt-image-2', 5000, 8000, 30000, 0, 100, 1, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 1, 'timeout', 'lost', 1794312000, 1794312002, 1794321000, NULL);
INSERT INTO jobs (seq, id, request_id, number, state, model, price_text_input, price_image_input, price_image_output, price_text_output, hold_nano, hold_images, actual_nano, actual_images, overshoot_nano, usage_text_input, usage_image_input, usage_image_output, usage_text_output, provider_request_id, attempt, outcome, failure, reserved_at, dispatched_at, deadline_at, closed_at)
    VALUES (3, 'A:3', 'A', 3, 'released', 'gpt-image-2', 5000, 8000, 30000, 0, 100, 1, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, 'blocked', 'no', 1794312000, NULL, NULL, 1794312004);
INSERT INTO jobs (seq, id, request_id, number, state, model, price_text_input, price_image_input, price_image_output, price_text_output, hold_nano, hold_images, actual_nano, actual_images, overshoot_nano, usage_text_input, usage_image_input, usage_image_output, usage_text_output, provider_request_id, attempt, outcome, failure, reserved_at, dispatched_at, deadline_at, closed_at, estimate_nano)
    VALUES (4, 'B:1', 'B', 1, 'reserved', 'gpt-image-2', 5000, 8000, 30000, 0, 50, 1, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 1794312060, NULL, NULL, NULL, 50);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (1, 'installation', 0, 0, 'hour', 1794312000, 1794315600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (2, 'installation', 0, 0, 'day', 1794268800, 1794355200, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (3, 'installation', 0, 0, 'week', 1794182400, 1794787200, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (4, 'installation', 0, 0, 'month', 1793491200, 1796083200, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (5, 'server', 1000000000000000000, 1000000000000000000, 'hour', 1794312000, 1794315600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (6, 'server', 1000000000000000000, 1000000000000000000, 'day', 1794265200, 1794351600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (7, 'server', 1000000000000000000, 1000000000000000000, 'week', 1794178800, 1794783600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (8, 'server', 1000000000000000000, 1000000000000000000, 'month', 1793487600, 1796079600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (9, 'channel', 1000000000000000000, 1000000000000000001, 'hour', 1794312000, 1794315600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (10, 'channel', 1000000000000000000, 1000000000000000001, 'day', 1794265200, 1794351600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (11, 'channel', 1000000000000000000, 1000000000000000001, 'week', 1794178800, 1794783600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (12, 'channel', 1000000000000000000, 1000000000000000001, 'month', 1793487600, 1796079600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (13, 'role', 1000000000000000000, 1000000000000000008, 'hour', 1794312000, 1794315600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (14, 'role', 1000000000000000000, 1000000000000000008, 'day', 1794265200, 1794351600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (15, 'role', 1000000000000000000, 1000000000000000008, 'week', 1794178800, 1794783600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (16, 'role', 1000000000000000000, 1000000000000000008, 'month', 1793487600, 1796079600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (17, 'role', 1000000000000000000, 1000000000000000009, 'hour', 1794312000, 1794315600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (18, 'role', 1000000000000000000, 1000000000000000009, 'day', 1794265200, 1794351600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (19, 'role', 1000000000000000000, 1000000000000000009, 'week', 1794178800, 1794783600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (20, 'role', 1000000000000000000, 1000000000000000009, 'month', 1793487600, 1796079600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (21, 'member', 1000000000000000000, 1000000000000000002, 'hour', 1794312000, 1794315600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (22, 'member', 1000000000000000000, 1000000000000000002, 'day', 1794265200, 1794351600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (23, 'member', 1000000000000000000, 1000000000000000002, 'week', 1794178800, 1794783600, 130, 150, 1, 2);
INSERT INTO buckets (id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, held_nano, settled_images, held_images)
    VALUES (24, 'member', 1000000000000000000, 1000000000000000002, 'month', 1793487600, 1796079600, 130, 150, 1, 2);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 1);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 2);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 3);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 4);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 5);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 6);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 7);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 8);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 9);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 10);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 11);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 12);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 13);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 14);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 15);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 16);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 17);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 18);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 19);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 20);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 21);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 22);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 23);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (1, 24);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 1);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 2);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 3);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 4);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 5);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 6);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 7);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 8);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 9);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 10);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 11);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 12);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 13);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 14);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 15);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 16);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 17);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 18);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 19);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 20);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 21);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 22);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 23);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (2, 24);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 1);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 2);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 3);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 4);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 5);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 6);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 7);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 8);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 9);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 10);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 11);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 12);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 13);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 14);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 15);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 16);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 17);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 18);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 19);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 20);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 21);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 22);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 23);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (3, 24);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 1);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 2);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 3);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 4);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 5);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 6);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 7);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 8);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 9);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 10);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 11);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 12);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 13);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 14);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 15);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 16);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 17);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 18);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 19);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 20);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 21);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 22);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 23);
INSERT INTO job_buckets (job_seq, bucket_id)
    VALUES (4, 24);
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (1, 1794312000, 'A:1', 'reserve', 100, 1, 0, '');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (2, 1794312000, 'A:2', 'reserve', 100, 1, 0, '');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (3, 1794312000, 'A:3', 'reserve', 100, 1, 0, '');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (4, 1794312000, 'A:1', 'dispatch', 100, 1, 0, '');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (5, 1794312001, 'A:1', 'settle', 130, 1, 30, '');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (6, 1794312002, 'A:2', 'dispatch', 100, 1, 0, '');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (7, 1794312003, 'A:2', 'unknown', 100, 1, 0, 'timeout');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (8, 1794312004, 'A:3', 'release', 100, 1, 0, 'blocked');
INSERT INTO events (seq, at, job_id, kind, nano, images, overshoot_nano, note)
    VALUES (9, 1794312060, 'B:1', 'reserve', 50, 1, 0, '');
INSERT INTO pictures (number, job_id, digest, media_type, width, height, byte_size, seconds, created_at, deleted_at)
    VALUES (1, 'A:1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'image/png', 1024, 768, 2000000, 12.5, 1794312001, NULL);
INSERT INTO messages (message_id, channel_id, request_id)
    VALUES (6, 5, 'A');
INSERT INTO messages (message_id, channel_id, request_id)
    VALUES (7, 5, 'A');
INSERT INTO state (key, value)
    VALUES ('clock', '1794312060');
INSERT INTO policies (server_id, version, document)
    VALUES (1000000000000000000, 2, '{"week_start": 6, "zone": "Europe/Berlin"}');
INSERT INTO grants (server_id, scope, scope_id, metric, period, amount, start_at, end_at)
    VALUES (1000000000000000000, 'member', 1000000000000000002, 'images', 'day', 3, 1794268800, 1794355200);
INSERT INTO audit (at, server_id, actor_id, action, subject, before, after, why)
    VALUES (1794312070, 1000000000000000000, 1000000000000000003, 'studio calendar', 'the calendar', 'UTC', 'Europe/Berlin', '');
INSERT INTO audit (at, server_id, actor_id, action, subject, before, after, why)
    VALUES (1794312075, 1000000000000000000, 1000000000000000003, 'quota grant', '<@1000000000000000002>', '', '3 pictures', '');
INSERT INTO pleas (at, server_id, channel_id, parent_channel_id, user_id, role_ids, scope, scope_id, metric, period, wanted, needed, ends_at, state)
    VALUES (1794312080, 1000000000000000000, 1000000000000000001, 0, 1000000000000000002, '[]', 'member', 1000000000000000002, 'images', 'day', 1, 1, 1794355200, 'open');
INSERT INTO alerts (server_id, scope, scope_id, metric, period, start_at, level, end_at, name, used, maximum, raised_at, posted_at)
    VALUES (1000000000000000000, 'server', 1000000000000000000, 'usd', 'month', 1793487600, 80, 1796079600, 'this server''s monthly budget', 280, 300, 1794312090, NULL);
-- A charge that was corrected: the installation counts what the provider reported, the others what the lead knows.
INSERT INTO adjustments (at, job_id, nano, images, installation, actor_id, why)
    VALUES (1794312095, 'A:1', -20, 0, 0, 1000000000000000003, 'the bill');
INSERT INTO audit (at, server_id, actor_id, action, subject, before, after, why)
    VALUES (1794312095, 1000000000000000000, 1000000000000000003, 'quota resolve', 'A:1', '130', '110', 'the bill');
UPDATE buckets SET settled_nano = 110 WHERE scope <> 'installation';
-- A was asked for in a thread.
UPDATE requests SET channel_id = 1000000000000000007, parent_channel_id = 1000000000000000001 WHERE id = 'A';
-- A was asked for by a reply; its picture was put together by us, and B changes it.
UPDATE requests SET reply_to_id = 1000000000000000077 WHERE id = 'A';
UPDATE pictures SET is_composed = 1 WHERE number = 1;
UPDATE requests SET request = json_set(request, '$.parent', 1) WHERE id = 'B';
INSERT INTO request_parents (request_id, position, picture_number) VALUES ('B', 0, 1);
-- The answer to A could be told nowhere, and its progress could not be brought to an end.
UPDATE requests SET kept_at = 1794312012, progress_left = 1 WHERE id = 'A';

-- Somebody pressed a button, and was not answered.
INSERT INTO errands (id, at, server_id, channel_id, parent_channel_id, user_id, role_ids, application_id,
    interaction_token, token_expires_at, private, reply_to_id, words, answered_at)
    VALUES ('F', 1794312013, 1, 11, 0, 21, '[]', 9, 'token', 1794312913, 0, NULL, '', NULL);

-- The call of a job that waits did not start.
INSERT INTO events (at, job_id, kind, nano, images, overshoot_nano, note, actor_id)
    VALUES (1794312061, 'B:1', 'dispatch', 50, 1, 0, '', NULL);
INSERT INTO events (at, job_id, kind, nano, images, overshoot_nano, note, actor_id)
    VALUES (1794312062, 'B:1', 'retract', 50, 1, 0, 'not_connected', NULL);
UPDATE jobs SET attempt = 1 WHERE id = 'B:1';

-- Somebody holds the picture for a favourite.
INSERT INTO stars (picture_number, user_id, server_id, at)
    VALUES (1, 1000000000000000002, 1000000000000000000, 1794312050);

-- A server's preset with a file, and a starter that is hidden.
INSERT INTO presets (id, server_id, shelf, maker_id, name, key, words, options, takes_picture, private, created_at)
    VALUES (900, 1000000000000000000, 'server', 1000000000000000002, 'Foxes', 'foxes', 'a fox in {place}', '{}', 0, 0, 1794312060);
INSERT INTO preset_files (preset_id, place, digest, media_type, width, height, byte_size, picture_number)
    VALUES (900, 0, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'image/png', 1024, 768, 2000000, 1);
INSERT INTO hidden_starters (server_id, starter)
    VALUES (1000000000000000000, 'any');

-- A message that shows what was deleted, and was not changed yet.
UPDATE messages SET outdated = 1;

-- A turn of a conversation was answered with a picture and words.
INSERT INTO turn_answers (job_id, response_id, words, revised_prompt, refusal, context_tokens, context_pictures)
    VALUES ('A:1', 'resp_1', 'Here is your fox.', 'a red fox', '', 1200, 1);

-- A member has chosen defaults.
INSERT INTO member_defaults (server_id, user_id, choices)
    VALUES (1000000000000000000, 1000000000000000002, '{"quality": "low"}');

-- Enough stars have brought it into the gallery, where it is still to be posted.
INSERT INTO gallery_posts (picture_number, server_id, vote_id, message_id, told)
    VALUES (1, 1000000000000000000, 1000000000000000070, NULL, NULL);

-- Its member has shown a private picture to everybody; the gallery has it anew.
UPDATE requests SET private = 1 WHERE id = 'A';
INSERT INTO publications (picture_number, press_id, channel_id, parent_channel_id, at, posted_at)
    VALUES (1, '1000000000000000080', 1000000000000000001, 0, 1794312070, NULL);
UPDATE publications SET posted_at = 1794312071 WHERE picture_number = 1;
INSERT INTO gallery_posts (picture_number, server_id, vote_id, message_id, told)
    VALUES (1, 1000000000000000000, 1000000000000000090, NULL, NULL);

-- A thread in which the picture is gone on with.
INSERT INTO conversations (thread_id, server_id, opened_by, picture_number, opened_at, touched_at)
    VALUES (1000000000000000200, 1000000000000000000, 1000000000000000002, 1, 1794312060, 1794312070);

-- It was asked in German.
UPDATE requests SET locale = 'de';
INSERT INTO history_words (rowid, words) SELECT number, words FROM history;
UPDATE history_changes SET indexed = (SELECT words FROM history WHERE history.number = history_changes.number);
UPDATE gallery_posts SET begun_in = 2000000000000000000;

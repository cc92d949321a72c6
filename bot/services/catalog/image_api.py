"""What OpenAI's Image API takes: its limits, each with its source.

Where no other source stands beside it, a limit is that of
https://platform.openai.com/docs/guides/image-generation .
"""

from __future__ import annotations

LARGEST_INPUT = 50_000_000  # bytes; each input picture must be smaller
LARGEST_MASK = 4_000_000  # bytes; smaller, too: https://platform.openai.com/docs/api-reference/images/createEdit
INPUT_MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")
LONGEST_EDGE = 3840  # pixels, of a result of gpt-image-2 and later
MOST_PIXELS = 8_294_400  # of such a result: 3840 by 2160
USUAL_PIXELS = 1536 * 1024  # of what the API calls landscape and portrait; the size where nobody says how large

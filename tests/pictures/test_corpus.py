"""Every bad file is a sentence or a right result, wherever it comes in."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from bot.errors import InputPictureError
from bot.pictures import Meaning, fit_mask, meaning_of, prepare

from .corpus import SAMPLES, Sample
from .samples import encoded, opened, quarters

ORIGINAL = encoded(quarters(64, 48), "PNG")
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@each_sample
async def test_as_an_input_it_is_a_sentence_or_a_picture(sample: Sample) -> None:
    content = sample.make()

    if sample.fault:
        with pytest.raises(InputPictureError) as refusal:
            await prepare(content, sample.name)
        assert sample.fault in refusal.value.sentence
        assert f"“{sample.name}”" in refusal.value.sentence
        return
    ready = await prepare(content, sample.name)
    image = opened(ready.content)
    assert image.size == (ready.width, ready.height) == sample.size
    assert image.format in {"PNG", "JPEG"}
    assert b"alert" not in ready.content
    assert ("is animated" in ready.note) == ("animated" in sample.name or "frames" in sample.name)


@each_sample
async def test_as_a_mask_it_is_a_sentence_or_a_mask(sample: Sample) -> None:
    with pytest.raises(InputPictureError) if sample.fault else nullcontext() as refusal:
        try:
            fitted = await fit_mask(sample.make(), sample.name, *sample.size)
        except InputPictureError as error:
            if sample.fault or "marks" not in error.sentence:  # plain colours mark nothing or everything: also right
                raise
        else:
            assert opened(fitted.content).size == sample.size
    if refusal is not None:
        assert sample.fault in refusal.value.sentence


@each_sample
async def test_in_a_reply_it_is_a_sentence_or_has_a_meaning(sample: Sample) -> None:
    with pytest.raises(InputPictureError) if sample.fault else nullcontext() as refusal:
        meaning = await meaning_of(sample.make(), sample.name, ORIGINAL)
        assert meaning in {Meaning.PICTURE, Meaning.MASK}
    if refusal is not None:
        assert sample.fault in refusal.value.sentence

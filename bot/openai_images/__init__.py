"""The only room that speaks to the openai library; its errors become ours."""

from bot.openai_images.provider import OpenAIImages

__all__ = ["OpenAIImages"]

"""Results as words and pixels: takes values, returns text, embeds and files for Discord."""

"""Pictures that are opened in a process of their own, so that nothing in them can harm the bot."""

"""Discord's widgets and events as Atelier uses them: commands, buttons, dialogs, questions, and the desk behind."""

"""How fast Atelier is, beside the bare libraries doing the same work in the same run: `python -m tests.bench`."""

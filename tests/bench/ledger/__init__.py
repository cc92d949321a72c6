"""How fast the ledger is beside bare SQLite, and whether its past slows it: `python -m tests.bench.ledger`."""

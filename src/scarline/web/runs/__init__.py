"""The ledger by HTTP: runs, what one asked for and got, plans, rollbacks, verification."""

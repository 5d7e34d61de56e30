"""What every room needs: money, due work, idempotency, journal, API plumbing, secrets, store scoping."""

"""E-mail: what is written to prospects, what becomes of it, and what comes back."""

"""The sandbox's page in a real browser, with a toy app behind it."""

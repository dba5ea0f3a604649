"""Each hot path beside its floor, in one run: `make bench`."""

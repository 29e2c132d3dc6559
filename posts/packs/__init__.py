"""Campaigns as files that travel between libraries: see docs/packs.md."""

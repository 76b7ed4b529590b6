"""The Console: the market's own web service. It lists prices, screens orders, and holds managed wallets.

Everything here follows its source (apps/api, August 2026) and its published notes for API keys of
autumn 2026, which say what has changed since: deposits and manifests are its own affair now.
"""

"""The chain itself: queries over its REST gateway, and a wallet of one's own that signs.

Who needs only to read takes `reader.ChainReader`; `wallet.OwnWallet` adds what spends. Keys are in
`keys` and never leave it: what asks for a signature hands in a digest.
"""

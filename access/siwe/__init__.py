"""Sign-In with Ethereum (ERC-4361): a strict parser, its inverse, and a verifier that cannot be asked for less.

`docs/siwe.md` says where this differs from the official test vectors, and why.
"""

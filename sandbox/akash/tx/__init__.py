"""Transactions: decoded by messages of our own, admitted, kept for the next block, carried out."""

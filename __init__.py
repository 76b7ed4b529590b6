"""Ampacity: plan, buy and watch GPU capacity within limits of price, power and trust."""

__version__ = "0.1.0"

"""A stand-in for Akash: its chain, its bidders, its Console and its gateways."""

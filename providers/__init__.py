"""Who sells capacity: one folder a seller, one table, one normalised offer."""

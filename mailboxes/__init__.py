"""Gmail accounts: connecting them, their credentials, who works in them, how they are."""

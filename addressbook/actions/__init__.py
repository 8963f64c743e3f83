"""What people do with the address book; every write passes here."""

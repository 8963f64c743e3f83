"""What people do to signatures; every write passes here, and tells `activity`."""

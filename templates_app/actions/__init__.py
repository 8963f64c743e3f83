"""What people do to templates; every write passes here, and tells `activity`."""

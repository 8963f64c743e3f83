"""The screens of mail. Views authorise, read or hand over to an action, and render; none writes."""

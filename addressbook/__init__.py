"""アドレス帳: the team's addresses, and whom one has written with before.

`Address` is an entry that people keep (a drawer, see `callcenter.drawers`); `Contact` is somebody
with whom a mailbox has exchanged mail, gathered from above by `contacts.remember`. Both complete
what is typed into an address field (`complete`). `imports` brings in a CSV file: read, shown, and
only then applied, whole or not at all.
"""

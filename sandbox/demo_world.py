"""The demo: two accounts full of mail and an OAuth client, loaded into an empty database."""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox import accounts, drafts, labels, mailbox, oauth
from sandbox.demo import corpus
from sandbox.world import World

CLIENT_ID = "demo-client.apps.googleusercontent.example"
CLIENT_SECRET = "demo-secret"  # noqa: S105  (opens nothing but this sandbox)


def load(world: World) -> None:
    """Fills an empty database; one that holds accounts is left as it is."""
    if accounts.names(world):
        return
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    with world.store.transaction():
        oauth.register(world, CLIENT_ID, CLIENT_SECRET, ["*"], testing=False)
        for account in corpus.build(now):
            _load_account(world, account)


def _load_account(world: World, account: corpus.DemoAccount) -> None:
    address = account.address.lower()
    accounts.create(
        world,
        address,
        account.name,
        [
            accounts.SendAs(s.address, s.name, is_default=s.default, verified=s.verified)
            for s in account.send_as
        ],
    )
    for label in account.labels:
        labels.create_label(
            world, address, label.name, background=label.background, text_color=label.text
        )
    threads: dict[str, int] = {}
    for mail in sorted(account.mails, key=lambda mail: mail.date):
        row = mailbox.insert(
            world,
            address,
            mail.raw,
            labels=[labels.id_of(world, address, name) for name in mail.labels],
            date_ms=int(mail.date.timestamp() * 1000),
            force_thread=threads.get(mail.thread),
        )
        threads.setdefault(mail.thread, row.thread)
        if "DRAFT" in row.labels:
            drafts.attach(world, row)

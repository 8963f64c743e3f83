"""What happened: one append-only table that is 操作履歴, 操作ログ and the live feed at once."""

"""Pages of アドレス帳 and its parts."""

"""Pictures of every screen, in both languages and three widths, from the running demo.

    python -m scripts.screenshots [--url http://127.0.0.1:8000] [--only 'NAME*' …] [--readme]

Needs the demo (`make run`) and Chromium. The pictures go to var/screenshots/; with --readme, the
ones that the README shows go to docs/images/ as well. What the scenes change in the demo they give
back: a reply is begun and cancelled, a sending undone, an entry made and deleted.
"""

"""What others do, on its way from the Event table to the open pages.

One reader a web process (`feed`), however many streams it serves: each hint makes it read what is
new once, with everybody's present rights, and hand it to those who may know.

- `feed`      the reader, and its subscribers (the streams)
- `telling`   an event as the page's script reads it
- `presence`  who has a mail open, which is no event
"""

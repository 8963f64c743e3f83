"""A CSV file into the book: read, shown, applied; whole or not at all.

    READING    the file's charset, its separator, which column is what (`reading`, `columns`), and
               line by line what each says (`lines`). Text in, values out.
    STAGING    the lines go by COPY into rows of their own, where the database compares them with
               the book: new, changed, as it is, faulty, twice in the file (`staging`).
    APPLYING   one transaction writes what the preview has shown. When the book has changed since,
               nothing is written: the preview is made anew and wants another look (`applying`).

Both are a worker's, since a hundred thousand lines are some seconds of work; the `Import` row is
the queue. Nothing holds the file in memory.
"""

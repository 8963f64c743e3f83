"""The static files under the names that change with their content, in production.

The modules of scripts name each other: Django rewrites a style sheet's addresses by itself, those
of `import` and `import()` only when told to. Without that a browser would keep an old module beside
a new one, and ask for every one of them again and again.
"""

from __future__ import annotations

from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    support_js_module_import_aggregation = True
    # A name is known when those of all its imports are: as many rounds as the modules are deep.
    max_post_process_passes = 12

#!/usr/bin/env python3
"""LibSocial's one command: ``python3 manage.py up``, ``python3 manage.py test`` and everything else.

Only the standard library is imported until the environment is known to be complete; on a fresh
machine the first call makes ``.venv`` beside this file and starts again inside it.
"""

import os
import sys

from libsocial import bootstrap


def main() -> None:
    """Prepare the environment, then hand over to Django's command line."""
    root = os.path.dirname(os.path.abspath(__file__))
    argv = bootstrap.take_data_folder(sys.argv)
    bootstrap.ready(argv, root)
    if argv[1:2] == ["test"]:
        from tests import suite

        sys.exit(suite.main(argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "libsocial.settings")
    from django.core.management import execute_from_command_line

    from libsocial.env import EnvError

    try:
        execute_from_command_line(argv)
    except EnvError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()

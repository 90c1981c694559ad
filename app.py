"""Entry: `python app.py COMMAND`. The live room runs on gevent, which must be patched in before anything else loads."""

import sys

if sys.argv[1:2] == ["serve"]:
    from gevent import monkey

    monkey.patch_all()

from mdt.cli import main

if __name__ == "__main__":
    main()

"""Write a new migration from the difference between the tables and the history.

python -m mdt.migrations.draft 0002 "what changes"
"""

import sys
import tempfile

from alembic import command

from mdt.migrations import configuration, upgrade

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        upgrade(url)
        command.revision(configuration(url), message=sys.argv[2], rev_id=sys.argv[1], autogenerate=True)

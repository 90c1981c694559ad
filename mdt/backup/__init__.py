"""A copy of everything, taken while the product is in use, and put back on another machine.

In the folder: `imaging/` and `papers/`, each file named by the SHA-256 of its bytes and shared by all copies taken into
this folder; and a folder for each copy with the database, the list of files that belong to it, and `backup.json`, which
is written last: without it a copy is not whole. What can be made again (packs of frames, leaves, the queue) is left
out, and so is the secret key: it must not lie beside what it protects.
"""

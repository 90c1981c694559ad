"""The store and its care: files as received, checked again, counted, and made room for."""

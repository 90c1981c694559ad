"""How far imaging has come: whole, still arriving, or lacking something, and by whose account."""

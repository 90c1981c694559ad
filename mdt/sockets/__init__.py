"""Face: the live room over Socket.IO. It parses, asks the live chapter, acknowledges and tells the others."""

"""Chapter 6, looking together: the protocol, the room as a pure state machine, the presenter's lease."""

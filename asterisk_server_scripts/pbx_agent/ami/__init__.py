"""Speaking with Asterisk's manager interface: frames, events, actions, the connection."""

"""A believable small company for the sandbox and for trying out; nothing here runs by itself."""

from . import calls, commands, hello, history, recordings, results, status

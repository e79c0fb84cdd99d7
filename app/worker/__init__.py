"""Training in a process of its own: what crosses the pipe, the process, and the window's end of it."""

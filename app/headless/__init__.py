"""What the commands do: documents in, numbers and files out. No Qt; results on stdout, everything else on stderr."""

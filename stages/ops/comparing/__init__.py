"""Two models and the same rows: named, asked, or read from a file."""

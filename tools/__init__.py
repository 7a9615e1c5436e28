"""What maintainers run: the desk's weeks as files, and how the sample was made."""

"""What a batch looks like as a whole, and whether that is usual."""

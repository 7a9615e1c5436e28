"""What a report is made of, and how it reads: what is said, as Markdown, as HTML."""

"""From files to typed cells: periods, CSV, JSON lines and parquet, numbers and times, personal data."""

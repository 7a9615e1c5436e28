"""From a file of rows to a repository: guess the columns, write the settings, make version 0."""

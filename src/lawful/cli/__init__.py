"""The command line: the same verbs as every other door. Data to stdout, progress to stderr."""

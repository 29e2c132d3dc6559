"""Posts from a file: read whatever a spreadsheet program saved, say what each line would become, then make it."""

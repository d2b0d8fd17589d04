"""Getting data sets: downloading, checking and unpacking what their authors hand out."""

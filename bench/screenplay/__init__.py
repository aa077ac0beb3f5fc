"""The ten conversations of `make screens`: a long case of help and a tip or a question in each language."""

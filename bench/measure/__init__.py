"""The measurements of `make bench`, one file each."""

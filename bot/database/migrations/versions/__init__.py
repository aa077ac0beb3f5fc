"""One file per migration, named in order; never edited once released."""

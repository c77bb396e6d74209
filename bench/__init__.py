"""How fast, against what: `./run bench`."""

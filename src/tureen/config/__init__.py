"""One typed tree of settings, from flags, environment and a file. Its values are passed down; the tree is not."""

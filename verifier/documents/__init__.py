"""A stranger's document: opened in a child process with limits, and what it holds, shows and hides."""

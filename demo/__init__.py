"""The demo: the whole walk with two real services over HTTP, and what forged certificates get: `./run demo`."""

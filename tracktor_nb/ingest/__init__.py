"""The parts of the public door: reading requests, deciding calls, serving the browser library."""

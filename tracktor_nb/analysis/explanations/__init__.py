"""Why one person is where it is, told by the one-person truth of `semantics`: a module for each kind."""

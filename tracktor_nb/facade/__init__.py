"""The parts of the facade `Site`, by what is asked of a site; each method delegates in a line or two."""

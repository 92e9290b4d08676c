"""One module a step: parse arguments, call transforms, write."""

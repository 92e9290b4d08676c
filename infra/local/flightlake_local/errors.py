"""The one kind of error that ends a command with a single line instead of a stack trace."""


class LocalError(Exception):
    """Something a person has to know or mend; the message is that one line."""

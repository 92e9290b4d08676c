"""The local cloud and its commands: the whole stack on loopback, without docker or an account."""

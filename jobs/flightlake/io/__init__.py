"""Every read of raw answers and every Delta read and write: the jobs' side effects."""

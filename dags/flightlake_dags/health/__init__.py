"""How the pipeline is: what is known of it, what that means, and the page that says so."""

"""What goes out to the household's own cloud: what services are told, elsewhere."""

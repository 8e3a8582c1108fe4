"""What goes to the household's Cozy: a document for each meter, register and day."""

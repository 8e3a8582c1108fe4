"""What a household takes along: one open file of all it has, or of a chosen part."""

"""The service: parts under one TaskGroup, each restarted alone when it fails."""

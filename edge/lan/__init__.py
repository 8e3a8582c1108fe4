"""The local network: what this machine is called there, and how it proves it (TLS)."""

"""The `releve` command: composes everything."""

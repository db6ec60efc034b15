"""Doors for programs: the same verbs from Python."""

from lawful.hooks.python import Door, duties, explain, may, open_deployment, rewrite

__all__ = ["Door", "duties", "explain", "may", "open_deployment", "rewrite"]

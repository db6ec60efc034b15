"""The console: pages that answer, cite and prove, each with a JSON twin, none needing script."""

from lawful.console.app import create_app, serve

__all__ = ["create_app", "serve"]

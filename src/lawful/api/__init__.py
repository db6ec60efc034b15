"""The door for other services: OpenID AuthZEN 1.0 over HTTP, evidence before every answer."""

from lawful.api.app import create_app, serve

__all__ = ["create_app", "serve"]

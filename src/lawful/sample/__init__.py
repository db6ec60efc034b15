"""The sample platform: a marketplace group's data, made up, the same every time."""

from lawful.sample.data import CAST, REFERENCE_ON, build_data, describe

__all__ = ["CAST", "REFERENCE_ON", "build_data", "describe"]

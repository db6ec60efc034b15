"""Lawful: may we use this data? A dated, cited answer, enforced in the query, provable later."""

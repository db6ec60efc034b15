"""The same law in the languages of other engines, for benchmarks beside them."""

"""What tests of any room may use: generated things, conformance suites. Nothing imports it."""

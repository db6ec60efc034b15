"""Which rules a use does not clearly pass: the plan of tests, its steps, and two machines that walk them."""

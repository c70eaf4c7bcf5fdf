"""The only place that knows everything: settings, addresses, commands, jobs and the wiring of rooms to each other."""

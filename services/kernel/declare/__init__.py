"""What a service declares, before anything is started: routes, shapes, facts, views, process managers."""

"""A service's declarations: routes, shapes, facts, views, process managers. None of them starts anything."""

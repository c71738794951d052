"""Audiences decide which people are told of a fact. A row (``Hears``) for each fact, a module for each family of facts."""

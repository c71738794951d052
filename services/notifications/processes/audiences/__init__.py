"""Audiences: who is told of a fact. One row a fact (``Hears``), one module a family of facts."""
